import { Soon } from '../controls/Soon';
import { LookPanel } from '../look/LookPanel';
import { message } from '../messages';
import { Actions } from './Actions';
import { ApplyPanel } from './ApplyPanel';
import { CompareDialog } from './CompareDialog';
import { DropZone } from './DropZone';
import { Explained } from './Explained';
import { EmbedDialog } from './EmbedDialog';
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

export function App() {
  const text = shownTask.value === 'next';
  // On a first visit the rest waits until there is something to see.
  const rest = sighted.value;
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
          {rest && (
            <>
              <div class="settings-scroll">
                <Soon>
                  <LearnPanel />
                </Soon>
                <Soon>
                  <LivePanel />
                </Soon>
                <Soon>
                  <NetworkPanel />
                </Soon>
              </div>
              <Soon>
                <Explained />
                <ApplyPanel />
              </Soon>
            </>
          )}
        </div>
        {text ? <StreamPanel /> : <TaskColumn />}
        <div class="column measure">
          <Soon>
            <LossPanel />
          </Soon>
          <Soon>
            <RunPanel />
          </Soon>
          {text && (
            <Soon>
              <FlowPanel />
            </Soon>
          )}
        </div>
        {rest && (
          <Soon>
            <LookPanel />
          </Soon>
        )}
      </main>
      <Places />
      {rest && (
        <Soon>
          <RunsDialog />
          <CompareDialog />
          <ExportDialog />
          <EmbedDialog />
          <ToursDialog />
          <TourCard />
        </Soon>
      )}
      <Spoken />
      <DropZone />
    </div>
  );
}
