import { Deferred } from '../controls/Deferred';
import { LookPanel } from '../look/LookPanel';
import { message } from '../messages';
import { Actions } from './Actions';
import { ApplyPanel } from './ApplyPanel';
import { CompareDialog } from './CompareDialog';
import { DropZone } from './DropZone';
import { HelpPanel } from './HelpPanel';
import { EmbedDialog } from './EmbedDialog';
import { ExportDialog } from './ExportDialog';
import { FlowPanel } from './FlowPanel';
import { LearnPanel } from './LearnPanel';
import { LivePanel } from './LivePanel';
import { LossPanel } from './LossPanel';
import { NetworkPanel } from './NetworkPanel';
import { Notices } from './Notices';
import { SectionNav } from './SectionNav';
import { RunsDialog } from './RunsDialog';
import { RunPanel } from './RunPanel';
import { LiveRegion } from './LiveRegion';
import { StreamPanel } from './StreamPanel';
import { gateOpen } from '../state/startupGate';
import { shownTask } from '../state/store';
import { TaskColumn } from './TaskColumn';
import { TourCard } from './TourCard';
import { ToursDialog } from './ToursDialog';
import { TopBar } from './TopBar';

export function App() {
  const text = shownTask.value === 'next';
  // On a first visit the rest waits until there is something to see.
  const rest = gateOpen.value;
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
                <Deferred>
                  <LearnPanel />
                </Deferred>
                <Deferred>
                  <LivePanel />
                </Deferred>
                <Deferred>
                  <NetworkPanel />
                </Deferred>
              </div>
              <Deferred>
                <HelpPanel />
                <ApplyPanel />
              </Deferred>
            </>
          )}
        </div>
        {text ? <StreamPanel /> : <TaskColumn />}
        <div class="column measure">
          <Deferred>
            <LossPanel />
          </Deferred>
          <Deferred>
            <RunPanel />
          </Deferred>
          {text && (
            <Deferred>
              <FlowPanel />
            </Deferred>
          )}
        </div>
        {rest && (
          <Deferred>
            <LookPanel />
          </Deferred>
        )}
      </main>
      <SectionNav />
      {rest && (
        <Deferred>
          <RunsDialog />
          <CompareDialog />
          <ExportDialog />
          <EmbedDialog />
          <ToursDialog />
          <TourCard />
        </Deferred>
      )}
      <LiveRegion />
      <DropZone />
    </div>
  );
}
