import { Deferred } from '../controls/Deferred';
import { LookPanel } from '../inside/LookPanel';
import { message } from '../i18n/messages';
import { Actions } from './Actions';
import { ApplyPanel } from '../settings/ApplyPanel';
import { Dialogs } from './Dialogs';
import { DropZone } from '../data/DropZone';
import { HelpPanel } from '../help/HelpPanel';
import { FlowPanel } from '../inside/FlowPanel';
import { LearnPanel } from './LearnPanel';
import { LivePanel } from '../settings/LivePanel';
import { LossPanel } from '../training/LossPanel';
import { NetworkPanel } from '../settings/NetworkPanel';
import { Notices } from './Notices';
import { SectionNav } from './SectionNav';
import { RunPanel } from '../training/RunPanel';
import { LiveRegion } from './LiveRegion';
import { StreamPanel } from '../writing/StreamPanel';
import { gateOpen } from './startupGate';
import { showsText } from './store';
import { TaskColumn } from './TaskColumn';
import { TourCard } from '../tours/TourCard';
import { TopBar } from './TopBar';

export function App() {
  const text = showsText.value;
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
          <Dialogs />
          <TourCard />
        </Deferred>
      )}
      <LiveRegion />
      <DropZone />
    </div>
  );
}
