/** MIDI files as training data of the task `notes`, and what a model writes as MIDI. Needs no engine. */
export { type MidiOptions, type Music, type Piece, readMidi } from './read.js';
export { type MidiTime, stepsOf, writeMidi } from './write.js';
