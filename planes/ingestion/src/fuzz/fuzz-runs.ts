/** How many mutated deliveries each source gets: 2,000 in the suite, or what `ETIS_FUZZ_RUNS` says for a long run. */
export function fuzzRuns(): number {
  // biome-ignore lint/style/noProcessEnv: a long run is asked for from outside, and nothing of the product reads it
  const asked = Number(process.env.ETIS_FUZZ_RUNS);
  return Number.isSafeInteger(asked) && asked > 0 ? asked : 2_000;
}
