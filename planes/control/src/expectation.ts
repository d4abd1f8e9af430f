/**
 * What a caller wants to be so before something is changed. Called inside the change's transaction with what is there, null where nothing is; it
 * throws to keep the change from happening.
 */
export type Expectation<T> = (current: T | null) => void;
