import { message } from '../i18n/messages';
import { integer, percent } from '../i18n/format';
import type { TaskName } from './names';
import { refusal, shownTask, store } from '../app/store';
import { classifyView } from './ClassifyView';
import { generateView } from './GenerateView';
import { notesView } from './NotesView';
import { regressView } from './RegressView';
import { tagView } from './TagView';
import { translateView } from './TranslateView';
import { PredictForm } from './PredictForm';
import type { TaskView } from './taskView';
import '../styles/tasks.css';
import '../styles/figures.css';

/** Null: a text has columns of its own, see StreamPanel. */
const VIEWS: Record<TaskName, TaskView | null> = {
  next: null,
  generate: generateView,
  classify: classifyView,
  tag: tagView,
  translate: translateView,
  regress: regressView,
  notes: notesView,
};

function Meta() {
  const { step, validation, validationAccuracy } = store.numbers.value;
  if (!store.run.value) return null;
  const right = validationAccuracy === null ? null : percent(validationAccuracy);
  return (
    <span class="stream-meta">{message.tasks.meta(integer(step), right, integer(validation?.step))}</span>
  );
}

/** What a network of examples does: held-out examples and its answers, and the reader's own below. */
export function TaskPanel() {
  const task = shownTask.value;
  const view = VIEWS[task];
  if (!view) return null;
  const { View, question } = view;
  const run = store.run.value;
  return (
    <>
      <div class="stream-head">
        <h2 id="stream-title">{message.tasks.headings[task]}</h2>
        <Meta />
      </div>
      <div id="written" class="task-view" tabIndex={0} role="group" aria-labelledby="stream-title">
        {run ? (
          <View key={run.id} />
        ) : (
          <p class="written-waits">{refusal.value ?? store.waits.value ?? message.tasks.waiting}</p>
        )}
      </div>
      {question && <PredictForm key={`${run?.id} ${task}`} task={task} question={question} />}
    </>
  );
}
