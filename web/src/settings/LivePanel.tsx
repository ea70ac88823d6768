import { Control } from '../controls/Control';
import { Disclosure } from '../controls/Disclosure';
import { message } from '../i18n/messages';
import { applies, changed, LIVE_NAMES, SCHEDULE_NAMES } from './settings';
import { store } from '../app/store';

/** The rate over the steps, and the clipping of single elements: folded, since few need them at first. */
function Schedule() {
  const settings = store.settings.value;
  const [first, ...rest] = SCHEDULE_NAMES.filter((name) => applies(name, settings));
  const names = changed(settings, SCHEDULE_NAMES).map((name) => message.settings[name]);
  return (
    <Disclosure
      title={
        <>
          {message.live.more} <span class="more-summary">{names.join(', ') || message.more.usual}</span>
        </>
      }
    >
      {() => (
        <>
          <Control name={first!} />
          <div class="twos">
            {rest.map((name) => (
              <Control key={name} name={name} />
            ))}
          </div>
        </>
      )}
    </Disclosure>
  );
}

export function LivePanel() {
  return (
    <section class="group" aria-labelledby="live-title">
      <div class="group-head">
        <h2 id="live-title">{message.live.title}</h2>
        <span class="group-note">{message.live.atOnce}</span>
      </div>
      {LIVE_NAMES.map((name) => (
        <Control key={name} name={name} />
      ))}
      <Schedule />
    </section>
  );
}
