import { Disclosure } from '../controls/Disclosure';
import { NumberField } from '../controls/NumberField';
import { Select } from '../controls/Select';
import { Slider } from '../controls/Slider';
import { message } from '../i18n/messages';
import { decimals, twoDigits } from '../i18n/format';
import { PROPERTIES, SCHEDULE_NAMES, SCHEDULES, type ScheduleSettings } from './settings';
import { set, store } from '../app/store';

const orOff = (digits: 1 | 2) => (value: number) =>
  value === 0 ? message.live.off : decimals(value, digits);

const schedules = SCHEDULES.map((name) => ({ name, label: message.live.schedules[name] }));

/** What of the schedule and the second clipping is not at its first value. */
function summary(): string {
  const settings = store.settings.value;
  const parts: readonly (keyof ScheduleSettings)[] = ['scheduleSteps', 'scheduleFactor', 'patience'];
  const names = SCHEDULE_NAMES.filter(
    (name) => settings[name] !== PROPERTIES[name].initial && !parts.includes(name),
  );
  return names.map((name) => message.settings[name]).join(', ') || message.more.usual;
}

/** The rate over the steps, and the clipping of single elements: folded, since few need them at first. */
function Schedule() {
  const { schedule } = store.settings.value;
  const cuts = schedule !== 'constant' && schedule !== 'cosine';
  return (
    <Disclosure
      title={
        <>
          {message.live.more} <span class="more-summary">{summary()}</span>
        </>
      }
    >
      {() => (
        <>
          <Select
            name="schedule"
            label={message.settings.schedule}
            value={schedule}
            choices={schedules}
            onChoose={(name) => set('schedule', name as ScheduleSettings['schedule'])}
          />
          <div class="twos">
            {schedule !== 'constant' && schedule !== 'plateau' && (
              <NumberField name="scheduleSteps" step={100} />
            )}
            {cuts && <NumberField name="scheduleFactor" fraction />}
            {schedule === 'plateau' && <NumberField name="patience" />}
            <NumberField name="warmup" step={100} zero={message.live.off} />
            <NumberField name="clipValue" fraction zero={message.live.off} />
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
      <Slider name="learningRate" log step={100} show={twoDigits} />
      <Slider name="clip" step={0.5} max={20} show={orOff(1)} />
      <Slider name="dropout" step={0.05} show={orOff(2)} />
      <Schedule />
    </section>
  );
}
