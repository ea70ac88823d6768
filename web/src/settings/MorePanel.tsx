// Everything beyond cell, layers and units. What depends on another choice appears with it.
import type { ComponentChildren } from 'preact';
import { Check } from '../controls/Check';
import { Disclosure } from '../controls/Disclosure';
import { ListField } from '../controls/ListField';
import { NumberField } from '../controls/NumberField';
import { Select } from '../controls/Select';
import { message } from '../i18n/messages';
import { menu, type MenuName } from './config';
import { ARCHITECTURE_NAMES, type Architecture, type Feedback, type Leak, PROPERTIES } from './settings';
import { set, store } from '../app/store';
import { CellOptions } from './CellOptions';

function Menu({ name }: { name: Exclude<MenuName, 'cell' | 'optimizer'> }) {
  return (
    <Select
      name={name}
      label={message.settings[name]}
      value={store.settings.value[name]}
      choices={menu(name)}
      onChoose={(chosen) => set(name, chosen)}
    />
  );
}

function Group({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <fieldset class="more-group">
      <legend>{title}</legend>
      <div class="twos">{children}</div>
    </fieldset>
  );
}

const { groups } = message.more;
const listed = (names: Record<string, string>) =>
  Object.entries(names).map(([name, label]) => ({ name, label }));

function Depth() {
  const { inputDepth, transition, outputDepth } = store.settings.value;
  const width = { step: 16, zero: message.more.sameWidth };
  return (
    <Group title={groups.depth}>
      <NumberField name="transition" />
      {transition > 0 && <NumberField name="transitionSize" {...width} />}
      {transition > 0 && <Menu name="join" />}
      {transition > 0 && <Check name="shortcut" />}
      <NumberField name="outputDepth" />
      {outputDepth > 0 && <NumberField name="outputSize" {...width} />}
      <NumberField name="inputDepth" />
      {inputDepth > 0 && <NumberField name="inputSize" {...width} />}
    </Group>
  );
}

function Time() {
  const { leak } = store.settings.value;
  return (
    <Group title={groups.time}>
      <ListField name="delays" />
      <ListField name="clock" />
      <Select
        name="leak"
        label={message.settings.leak}
        value={leak}
        choices={listed(message.more.leaks)}
        onChoose={(name) => set('leak', name as Leak)}
      />
      {(leak === 'spectrum' || leak === 'learned') && <NumberField name="leakFrom" fraction />}
      {leak !== 'none' && <NumberField name="leakTo" fraction />}
      <Check name="delayOne" />
    </Group>
  );
}

function FeedbackGroup() {
  const { feedback } = store.settings.value;
  return (
    <Group title={groups.feedback}>
      <Select
        name="feedback"
        label={message.settings.feedback}
        value={feedback}
        choices={listed(message.more.feedbacks)}
        onChoose={(name) => set('feedback', name as Feedback)}
      />
      {feedback !== 'none' && <ListField name="outputDelays" />}
    </Group>
  );
}

function Weights() {
  const { initInput, initRecurrent, initReadout } = store.settings.value;
  return (
    <Group title={groups.weights}>
      <Menu name="initInput" />
      <Menu name="initRecurrent" />
      <Menu name="initReadout" />
      <NumberField name="gain" fraction />
      {[initInput, initRecurrent, initReadout].includes('sparse') && (
        <>
          <NumberField name="nonzeros" />
          <NumberField name="spectralRadius" fraction />
        </>
      )}
    </Group>
  );
}

/** The settings of this section that are not at their first value, in a few words. */
function summary(): string {
  const settings = store.settings.value;
  const implied: (keyof Architecture)[] = ['join', 'leakFrom', 'leakTo', 'outputDelays', 'custom'];
  const names = ARCHITECTURE_NAMES.filter(
    (name) => settings[name] !== PROPERTIES[name].initial && !implied.includes(name),
  );
  return names.map((name) => message.settings[name]).join(', ') || message.more.usual;
}

export function MorePanel() {
  const { layers, embedding } = store.settings.value;
  return (
    <Disclosure
      title={
        <>
          {message.more.title} <span class="more-summary">{summary()}</span>
        </>
      }
    >
      {() => (
        <>
          <Depth />
          {layers > 1 && (
            <Group title={groups.stack}>
              <Check name="residual" />
              <Check name="skipInputs" />
              <Check name="skipOutputs" />
            </Group>
          )}
          <Time />
          <FeedbackGroup />
          <Group title={groups.cell}>
            <CellOptions />
            <Menu name="bias" />
            <Check name="layerNorm" />
          </Group>
          <Group title={groups.symbols}>
            <NumberField name="embedding" step={16} />
            {embedding > 0 && <Check name="tied" />}
          </Group>
          <Group title={groups.noise}>
            <NumberField name="zoneout" fraction />
            <NumberField name="recurrentDropout" fraction />
            <Check name="variational" />
          </Group>
          <Weights />
        </>
      )}
    </Disclosure>
  );
}
