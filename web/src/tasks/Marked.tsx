import { message } from '../i18n/messages';
import { firstWrong } from './grammarCheck';

const words = message.tasks.words;

/** ✓ or ✗, and the same as a word. */
export function Verdict({ right }: { right: boolean }) {
  return (
    <span class={right ? 'verdict' : 'verdict verdict-wrong'}>
      <span aria-hidden="true">{right ? '✓' : '✗'}</span>
      <span class="unseen">{right ? words.right : words.wrong}</span>
    </span>
  );
}

/** An output with its first wrong character marked: boxed and bold, and named for who cannot see it. */
export function Marked({ target, output }: { target: string; output: string }) {
  const at = firstWrong(target, output);
  if (at === null) return <bdi>{output}</bdi>;
  const [written, wanted] = [[...output], [...target]];
  const wrong = written[at];
  return (
    <bdi>
      {written.slice(0, at).join('')}
      <mark class="first-wrong">
        <span class="unseen">{words.firstWrong(wrong ?? words.end, wanted[at] ?? words.end)}</span>
        <span aria-hidden="true">{wrong ?? '⊣'}</span>
      </mark>
      <span class="after-wrong">{written.slice(at + 1).join('')}</span>
    </bdi>
  );
}
