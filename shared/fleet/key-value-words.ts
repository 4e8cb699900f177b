/** Where the values of keys come from, said before they are uploaded. */
export const keyValueWords =
  'Values are read as the keys are uploaded: a keyCommand runs on this computer, and its words are not shown.';
