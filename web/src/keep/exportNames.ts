/** What can leave the page as a file. */
export type ExportName = 'model' | 'onnx' | 'samples' | 'csv' | 'svg' | 'png' | 'config';
