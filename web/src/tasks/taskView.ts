import type { ComponentType } from 'preact';
import type { Prediction, PredictRequest } from 'unfold-rnn';

/** A question of the reader's own, under the view. */
export interface Question {
  /** How the model is asked; `beamWidth` is 1 without a field for it. */
  request(input: string, beamWidth: number): PredictRequest;
  Answer: ComponentType<AnswerProps>;
  /** Has a field for the beam width. */
  beam?: boolean;
  /** Has the temperature. */
  temperature?: boolean;
  /** Nothing written is a question too. */
  empty?: boolean;
}

export interface AnswerProps {
  input: string;
  answer: Prediction;
  beamWidth: number;
}

/** What a task shows in the middle column. */
export interface TaskView {
  View: ComponentType;
  /** None where the input is no text: numbers and notes go on by themselves in the view. */
  question?: Question;
}
