import { render } from 'preact';
import { App } from './panels/App';
import { watchKeys } from './state/keys';
import { watchErrors } from './state/notices';
import { startSession } from './state/session';
import { trustOwnOrigin } from './state/trust';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/layout.css';
import './styles/panels.css';
import './styles/chart.css';

trustOwnOrigin();
watchErrors();
watchKeys();
render(<App />, document.getElementById('page')!);
void startSession();
