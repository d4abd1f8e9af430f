import { newQuickJSWASMModule, type QuickJSContext, type QuickJSHandle } from 'quickjs-emscripten';

/** What came of a script: its value as JSON, or why there is none. */
export type ScriptResult = { readonly value: unknown } | { readonly error: string };

export const scriptLimits = { ms: 1_000, memoryBytes: 16 * 1024 * 1024, stackBytes: 256 * 1024, resultBytes: 48 * 1024 };

/**
 * Runs a script in an interpreter of its own: a new one for each, without a file, a network, a clock or anything of ours, and with bounds on time, memory and
 * stack. Arguments are global constants by name. The value is that of `return`, or of the last expression; it is JSON.
 */
export async function runScript(code: string, given: Readonly<Record<string, unknown>>, limits = scriptLimits): Promise<ScriptResult> {
  // An interpreter that ran out of memory cannot be used again, so nobody else's script may come into it.
  const quickJs = await newQuickJSWASMModule();
  const runtime = quickJs.newRuntime();
  try {
    runtime.setMemoryLimit(limits.memoryBytes);
    runtime.setMaxStackSize(limits.stackBytes);
    const end = performance.now() + limits.ms;
    runtime.setInterruptHandler(() => performance.now() > end);
    const context = runtime.newContext();
    try {
      return evaluated(context, { code, given, resultBytes: limits.resultBytes });
    } finally {
      context.dispose();
    }
  } catch (error) {
    return { error: textOf(error) };
  } finally {
    dispose(() => runtime.dispose());
  }
}

function evaluated(
  context: QuickJSContext,
  script: { code: string; given: Readonly<Record<string, unknown>>; resultBytes: number },
): ScriptResult {
  // Arguments and results cross as JSON text, so that no object of one side is ever held by the other.
  const program = `'use strict';(() => {
    const stringify = JSON.stringify;
    for (const [name, value] of Object.entries(JSON.parse(${JSON.stringify(JSON.stringify(script.given))}))) {
      Object.defineProperty(globalThis, name, { value });
    }
    const code = ${JSON.stringify(script.code)};
    const run = () => {
      // A text with a return of its own is no program, only the body of a function.
      try { return (0, eval)(code); } catch (error) { if (!(error instanceof SyntaxError)) throw error; }
      return new Function(code)();
    };
    return stringify(run() ?? null);
  })()`;
  const result = context.evalCode(program);
  if (result.error !== undefined) return { error: dumped(context, result.error) };
  const json = context.typeof(result.value) === 'string' ? context.getString(result.value) : 'null';
  result.value.dispose();
  if (Buffer.byteLength(json) > script.resultBytes) return { error: `The script gave more than ${script.resultBytes} bytes of JSON.` };
  return { value: JSON.parse(json) as unknown };
}

function dumped(context: QuickJSContext, error: QuickJSHandle): string {
  try {
    const about = context.dump(error) as { name?: unknown; message?: unknown } | string;
    const text = typeof about === 'object' ? `${String(about.name)}: ${String(about.message)}` : String(about);
    return text.includes('interrupted') ? 'The script took too long.' : text.slice(0, 500);
  } finally {
    error.dispose();
  }
}

function dispose(end: () => void): void {
  try {
    end();
  } catch {
    // One that ran out of memory still counts objects and refuses to end; it is dropped with all of its memory.
  }
}

function textOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 500);
}
