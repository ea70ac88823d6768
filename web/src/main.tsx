import { render } from 'preact';
import { keepOffline } from './offline/register';
import { App } from './panels/App';
import { watchKeys } from './state/keys';
import { watchErrors } from './state/notices';
import { startSession } from './state/session';
import { trustOwnOrigin } from './state/trust';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/layout.css';
import './styles/bar.css';
import './styles/settings.css';
import './styles/stream.css';
import './styles/measure.css';
import './styles/chart.css';
import './styles/flow.css';
import './styles/look.css';
import './styles/diagram.css';
import './styles/overlay.css';
import './styles/runs.css';
import './styles/compare.css';
import './styles/beside.css';
import './styles/tour.css';
import './styles/explained.css';
import './styles/places.css';

/** Milliseconds in which what the session asks for arrives, and its workers begin on another core, before drawing. */
const HEAD_START = 60;

trustOwnOrigin();
watchErrors();
watchKeys();
void startSession();
await new Promise((go) => setTimeout(go, HEAD_START));
render(<App />, document.getElementById('page')!);
keepOffline();
