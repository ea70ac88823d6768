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
import { shownTask } from '../state/store';
import { TaskColumn } from './TaskColumn';
import { TourCard } from './TourCard';
import { ToursDialog } from './ToursDialog';
import { TopBar } from './TopBar';

export function App() {
  const text = shownTask.value === 'next';
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
          <div class="settings-scroll">
            <LearnPanel />
            <LivePanel />
            <NetworkPanel />
          </div>
          <Explained />
          <ApplyPanel />
        </div>
        {text ? <StreamPanel /> : <TaskColumn />}
        <div class="column measure">
          <LossPanel />
          <RunPanel />
          {text && <FlowPanel />}
        </div>
        <LookPanel />
      </main>
      <Places />
      <RunsDialog />
      <CompareDialog />
      <ExportDialog />
      <ToursDialog />
      <TourCard />
      <Spoken />
      <DropZone />
    </div>
  );
}
