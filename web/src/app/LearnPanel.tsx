import { Select } from '../controls/Select';
import { message } from '../i18n/messages';
import { TASKS, type TaskName } from '../tasks/names';
import { store } from './store';
import { readsText } from '../tasks';
import { chooseTask } from '../settings/chooseTask';
import { ExamplesChoice } from '../data/ExamplesChoice';
import { TextChoice } from '../data/TextChoice';

const tasks = TASKS.map((name) => ({ name, label: message.tasks.names[name] }));

/** The task, and what it is learnt from. */
export function LearnPanel() {
  const settings = store.settings.value;
  return (
    <section class="group" aria-labelledby="learn-title">
      <div class="group-head">
        <h2 id="learn-title">{message.tasks.title}</h2>
        <span class="group-note">{message.network.restarts}</span>
      </div>
      <Select
        name="task"
        label={message.settings.task}
        value={settings.task}
        choices={tasks}
        onChoose={(name) => chooseTask(name as TaskName)}
      />
      {readsText(settings) ? <TextChoice /> : <ExamplesChoice />}
    </section>
  );
}
