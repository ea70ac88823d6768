// The state of a run, some of which moves while it trains.
import type { Settings } from '../settings/settings';
import { settingsIn, type State, withLiveOf } from '../settings/state';
import { store } from '../app/store';

/** What a run was made with, as its fields have it. */
export const asked = (state: State): { state: State; settings: Settings } => ({
  state,
  settings: settingsIn(state),
});

/** The state of a run, with what applies at once as it is now. */
export const withLive = (state: State): State => withLiveOf(state, store.state.peek());

/** The state of the page, with the network of a run put back. */
export const withRun = ({ config, data }: State): State => ({ ...store.state.peek(), config, data });
