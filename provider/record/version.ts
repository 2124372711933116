/** Grows with every change by which an older reader would misread a record. */
export const recordVersion = 1;
