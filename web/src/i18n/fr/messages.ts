// Français : ce qui n'est pas encore traduit est en anglais.
import { english, type Messages } from '../en/messages';

export const french: Messages = {
  ...english,
  bar: { ...english.bar, play: 'Entraîner', step: 'Pas' },
};
