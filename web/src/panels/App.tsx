import { useEffect, useState } from 'preact/hooks';
import { LookPanel } from '../look/LookPanel';
import { message } from '../messages';
import { Actions } from './Actions';
import { ApplyPanel } from './ApplyPanel';
import { CompareDialog } from './CompareDialog';
import { DropZone } from './DropZone';
import { Explained } from './Explained';
import { ExportDialog } from './ExportDialog';
import { FlowPanel } from './FlowPanel';
import { LearnPanel } from './LearnPanel';
import { LivePanel } from './LivePanel';
import { LossPanel } from './LossPanel';
import { NetworkPanel } from './NetworkPanel';
import { Notices } from './Notices';
import { Places } from './Places';
import { RunsDialog } from './RunsDialog';
import { RunPanel } from './RunPanel';
import { Spoken } from './Spoken';
import { StreamPanel } from './StreamPanel';
import { sighted } from '../state/sight';
import { shownTask } from '../state/store';
import { TaskColumn } from './TaskColumn';
import { TourCard } from './TourCard';
import { ToursDialog } from './ToursDialog';
import { TopBar } from './TopBar';

/**
 * The page is drawn in stages, each a task of its own, so that workers and touches are heard in between: what writes and
 * its loss, the settings, the rest. On a first visit the last two wait until the first has something to show.
 */
const STAGES = 2;

function useStage(): number {
  const [stage, setStage] = useState(0);
  const last = sighted.value ? STAGES : 0;
  useEffect(() => {
    if (stage < last) setTimeout(() => setStage(stage + 1), 0);
  }, [stage, last]);
  return stage;
}

export function App() {
  const text = shownTask.value === 'next';
  const stage = useStage();
  return (
    <div class="app">
      <a class="skip" href="#written">
        {message.bar.skip}
      </a>
      <TopBar />
      <Actions />
      <Notices />
      <main class="panels">
        <div class="column settings">
          {stage > 0 && (
            <>
              <div class="settings-scroll">
                <LearnPanel />
                <LivePanel />
                <NetworkPanel />
              </div>
              <Explained />
              <ApplyPanel />
            </>
          )}
        </div>
        {text ? <StreamPanel /> : <TaskColumn />}
        <div class="column measure">
          <LossPanel />
          <RunPanel />
          {text && <FlowPanel />}
        </div>
        {stage > 1 && <LookPanel />}
      </main>
      <Places />
      {stage > 1 && (
        <>
          <RunsDialog />
          <CompareDialog />
          <ExportDialog />
          <ToursDialog />
          <TourCard />
        </>
      )}
      <Spoken />
      <DropZone />
    </div>
  );
}
