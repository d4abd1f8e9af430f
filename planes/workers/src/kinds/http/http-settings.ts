/** How requests of workflows leave here; plain data. */
export interface HttpSettings {
  /** Local addresses that may be called all the same, as the outbound client takes them; none by default. */
  readonly allowPrivate: readonly string[];
}
