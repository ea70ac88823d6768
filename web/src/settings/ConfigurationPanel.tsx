import { useState } from 'preact/hooks';
import { checkConfig, type Config, UnfoldError } from 'unfold-rnn';
import { Disclosure } from '../controls/Disclosure';
import { message } from '../i18n/messages';
import { pretty } from './json';
import { withConfig } from './state';
import { textOf } from '../app/notices';
import { adopt, wanted } from '../app/store';

interface Problem {
  field: string;
  expected: string;
  actual: string;
}

function problemOf(error: unknown): Problem {
  const { field = '', expected = '', actual = textOf(error) } = error instanceof UnfoldError ? error : {};
  if (error instanceof SyntaxError)
    return { field: message.configuration.title, expected: message.configuration.object, actual };
  return { field, expected, actual };
}

/** Fills the page with a configuration, if the engine's validator takes it. */
async function take(text: string): Promise<Problem | null> {
  try {
    const { config } = await checkConfig(JSON.parse(text) as Config);
    adopt(withConfig(wanted.peek(), config));
    return null;
  } catch (error) {
    return problemOf(error);
  }
}

function Refusal({ problem }: { problem: Problem | null }) {
  return (
    <div role="alert">
      {problem && (
        <div class="refusal">
          <h3>{message.configuration.refused}</h3>
          <dl>
            {(['field', 'expected', 'actual'] as const).map((name) => (
              <div key={name}>
                <dt>{message.configuration[name]}</dt>
                <dd>{problem[name]}</dd>
              </div>
            ))}
          </dl>
        </div>
      )}
    </div>
  );
}

export function ConfigurationPanel() {
  const [draft, setDraft] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const text = pretty(wanted.value.config);
  const apply = async () => {
    const found = await take(draft ?? text);
    setProblem(found);
    if (!found) setDraft(null);
  };
  const revert = () => {
    setDraft(null);
    setProblem(null);
  };
  return (
    <Disclosure title={message.configuration.title}>
      {() => (
        <>
          <p class="more-about" id="configuration-about">
            {message.configuration.about}
          </p>
          <textarea
            id="configuration"
            class="configuration"
            rows={14}
            spellcheck={false}
            autocomplete="off"
            aria-label={message.configuration.title}
            aria-describedby="configuration-about"
            aria-invalid={problem !== null}
            value={draft ?? text}
            onInput={(event) => setDraft(event.currentTarget.value)}
          />
          <Refusal problem={problem} />
          <div class="apply-buttons">
            <button type="button" disabled={draft === null} onClick={() => void apply()}>
              {message.configuration.use}
            </button>
            <button type="button" disabled={draft === null} onClick={revert}>
              {message.configuration.revert}
            </button>
          </div>
        </>
      )}
    </Disclosure>
  );
}
