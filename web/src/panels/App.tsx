import { message } from '../messages';
import { Actions } from './Actions';
import { ApplyPanel } from './ApplyPanel';
import { DropZone } from './DropZone';
import { FlowPanel } from './FlowPanel';
import { LivePanel } from './LivePanel';
import { LossPanel } from './LossPanel';
import { NetworkPanel } from './NetworkPanel';
import { Notices } from './Notices';
import { RunPanel } from './RunPanel';
import { Spoken } from './Spoken';
import { StreamPanel } from './StreamPanel';
import { TextPanel } from './TextPanel';
import { TopBar } from './TopBar';

export function App() {
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
            <TextPanel />
            <LivePanel />
            <NetworkPanel />
          </div>
          <ApplyPanel />
        </div>
        <StreamPanel />
        <div class="column measure">
          <LossPanel />
          <RunPanel />
          <FlowPanel />
        </div>
      </main>
      <Spoken />
      <DropZone />
    </div>
  );
}
