import { message } from '../i18n/messages';
import { engine } from '../training/engine';
import { bytes, integer } from '../i18n/format';
import { readsText } from '../tasks';
import { countsCharacters } from '../tasks/perCharacter';
import { expectedSpeed } from '../training/speed';
import { withLive, withRun } from '../training/runSettings';
import { showState, store, waiting } from '../app/store';

function discard(): void {
  const run = store.run.value;
  if (!run) return;
  showState(withLive(withRun(run.state)));
  store.corpus.value = run.corpus;
}

/** What the chosen network costs, the changes that wait, and the button that applies them. */
export function ApplyPanel() {
  const estimate = store.estimate.value;
  const names = waiting.value;
  const count = names.length;
  const run = store.run.value;
  const settings = store.settings.value;
  const { parameters, memoryBytes, rough = false } = estimate ?? {};
  const speed = expectedSpeed.value;
  const applied = store.applied.value;
  const pending = store.pending.value;
  return (
    <section class={count > 0 ? 'apply apply-waiting' : 'apply'} aria-label={message.apply.apply}>
      <p class="cost">
        {estimate?.problem ? (
          <span class="cost-problem">{estimate.problem}</span>
        ) : (
          <>
            <span>
              <b>
                {parameters != null && rough
                  ? `≈ ${integer(Number(parameters.toPrecision(2)))}`
                  : integer(parameters)}
              </b>{' '}
              {message.apply.parameters}
            </span>
            <span class="cost-memory">
              <b>{bytes(memoryBytes)}</b> {message.apply.memory}
            </span>
            <span class="cost-speed">
              <b>{speed === null ? '–' : `≈ ${integer(Number(speed.toPrecision(2)))}`}</b>{' '}
              {!readsText(settings)
                ? message.apply.examplesSpeed
                : countsCharacters(settings.unit)
                  ? message.apply.speed
                  : message.apply.tokensSpeed}
            </span>
          </>
        )}
      </p>
      <p class="changes" role="status">
        {pending
          ? message.apply.pending[pending]
          : count > 0
            ? message.apply.changed(names.map((name) => message.settings[name]).join(', '))
            : applied
              ? message.apply.atOnce(message.settings[applied])
              : run
                ? message.apply.none
                : message.apply.fresh}
      </p>
      <div class="apply-buttons">
        <button
          type="button"
          class={count > 0 ? 'primary' : undefined}
          disabled={count === 0 || estimate?.problem != null}
          onClick={() => void engine.applyAndRestart()}
        >
          {message.apply.apply}
        </button>
        <button type="button" disabled={count === 0} onClick={discard}>
          {message.apply.discard}
        </button>
      </div>
    </section>
  );
}
