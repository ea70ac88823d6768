/** The tasks in the order of the menu; `next` predicts the characters of a text, the others learn from examples. */
export const TASKS = ['next', 'generate', 'classify', 'tag', 'translate', 'regress', 'notes'] as const;
export type TaskName = (typeof TASKS)[number];
