import { data as english, type DataWords } from '../en/data';

export const data: DataWords = { ...english, task: 'Tâche' };
