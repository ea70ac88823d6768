import { useEffect } from 'preact/hooks';
import { helpId, helpTarget, watchHelpTarget } from './helpTarget';
import { equations, type HelpName } from './equations';
import { message } from '../i18n/messages';

const NAMES = Object.keys(equations) as HelpName[];

function Sentence({ name }: { name: HelpName }) {
  return (
    <>
      <p>
        <strong>{message.settings[name]}.</strong> {message.about[name]}
      </p>
      {equations[name] && (
        <p class="help-panel-equation" lang="zxx">
          {equations[name]}
        </p>
      )}
    </>
  );
}

/** What the control under the pointer, or with the focus, does; its place is always there. */
export function HelpPanel() {
  useEffect(watchHelpTarget, []);
  const name = helpTarget.value;
  return (
    <section class={name ? 'help-panel' : 'help-panel help-panel-empty'} aria-label={message.helpPanel.title}>
      {name ? <Sentence name={name} /> : <p class="soft">{message.helpPanel.empty}</p>}
      <div hidden>
        {NAMES.map((name) => (
          <p key={name} id={helpId(name)}>
            {[message.about[name], equations[name]].filter(Boolean).join(' ')}
          </p>
        ))}
      </div>
    </section>
  );
}
