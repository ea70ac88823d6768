import { message } from '../i18n/messages';
import { keepsCopy } from '../offline/register';
import { store } from '../app/store';

/** How many threads are at work, and why there is only one. */
export function Threads() {
  const runtime = store.run.value?.info.runtime;
  if (!runtime) return <span class="badge badge-empty">{message.phase[store.phase.value]}</span>;
  const { threads, reason } = runtime;
  return (
    <>
      <button type="button" class="badge" popovertarget="threads">
        {message.bar.threads(threads)}
        {reason && <span class="badge-why">{message.bar.why}</span>}
      </button>
      <div id="threads" popover="auto" class="popover">
        <strong>{message.bar.threadsTitle(threads)}</strong>
        {reason ? <p lang="en">{reason}</p> : <p>{message.bar.threadsMany}</p>}
        {reason && <p>{message.bar.threadsResult}</p>}
        {reason && !crossOriginIsolated && keepsCopy() && <p>{message.bar.threadsNext}</p>}
      </div>
    </>
  );
}
