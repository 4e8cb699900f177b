/** What can be done to a layout: pure functions from one layout to the next, and the steps that were taken. */
export { OperationError } from './operations/operation-error.ts';
export { add, freeName, remove, resize, setOption, split } from './operations/edit.ts';
export { move } from './operations/order.ts';
export { unwrap, wrapInArray, wrapInLuks, wrapInLvm } from './operations/layers.ts';
export { convertToBtrfs } from './operations/convert.ts';
export { convertToGpt } from './operations/convert-table.ts';
export { convertToMirror } from './operations/mirror.ts';
export { rename, renameNote } from './operations/rename.ts';
export { copyNotes, copyToAnotherMachine, replaceDevice } from './operations/devices.ts';
export { record, redo, startHistory, undo } from './operations/history.ts';
