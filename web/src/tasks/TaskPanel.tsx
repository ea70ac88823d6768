import type { ComponentType } from 'preact';
import { message } from '../i18n/messages';
import { integer, percent } from '../i18n/format';
import type { TaskName } from '../settings/settings';
import { shownTask, store } from '../app/store';
import { ClassifyView } from './ClassifyView';
import { GenerateView } from './GenerateView';
import { NotesView } from './NotesView';
import { RegressView } from './RegressView';
import { TagView } from './TagView';
import { TranslateView } from './TranslateView';
import { PredictForm } from './PredictForm';
import '../styles/tasks.css';
import '../styles/figures.css';

const VIEWS: Record<Exclude<TaskName, 'next'>, ComponentType> = {
  generate: GenerateView,
  classify: ClassifyView,
  tag: TagView,
  translate: TranslateView,
  regress: RegressView,
  notes: NotesView,
};

function Meta() {
  const { step, validationAccuracy } = store.numbers.value;
  if (!store.run.value) return null;
  const right = validationAccuracy === null ? null : percent(validationAccuracy);
  return <span class="stream-meta">{message.tasks.meta(integer(step), right)}</span>;
}

/** What a network of examples does: held-out examples and its answers, and the reader's own below. */
export function TaskPanel() {
  const task = shownTask.value;
  if (task === 'next') return null;
  const View = VIEWS[task];
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
          <p class="written-waits">{store.waits.value ?? message.tasks.waiting}</p>
        )}
      </div>
      <PredictForm key={`${run?.id} ${task}`} task={task} />
    </>
  );
}
