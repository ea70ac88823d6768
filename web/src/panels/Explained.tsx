import { useEffect } from 'preact/hooks';
import { aboutId, explained, watchExplained } from '../controls/about';
import { equations, type HelpName } from '../help/equations';
import { message } from '../messages';

const NAMES = Object.keys(equations) as HelpName[];

function Sentence({ name }: { name: HelpName }) {
  return (
    <>
      <p>
        <strong>{message.settings[name]}.</strong> {message.about[name]}
      </p>
      {equations[name] && (
        <p class="explained-equation" lang="zxx">
          {equations[name]}
        </p>
      )}
    </>
  );
}

/** What the control under the pointer, or with the focus, does; its place is always there. */
export function Explained() {
  useEffect(watchExplained, []);
  const name = explained.value;
  return (
    <section class={name ? 'explained' : 'explained explained-empty'} aria-label={message.explained.title}>
      {name ? <Sentence name={name} /> : <p class="soft">{message.explained.empty}</p>}
      <div hidden>
        {NAMES.map((name) => (
          <p key={name} id={aboutId(name)}>
            {[message.about[name], equations[name]].filter(Boolean).join(' ')}
          </p>
        ))}
      </div>
    </section>
  );
}
