/**
 * The JSON that the server speaks, as types. Source: docs/concepts/dashboard.md.
 *
 * @typedef {{what: string, why?: string, state?: string, hint?: string, problems?: string[]}} Problem
 *
 * @typedef {{name: string, title: string, promote_from: string | null, final?: boolean}} Environment
 *
 * @typedef {object} App
 * @property {string} name
 * @property {string} version
 * @property {string} target
 * @property {string | null} account
 * @property {string} home_region
 * @property {string[]} regions
 * @property {string} topology
 * @property {Environment[]} environments
 * @property {{name: string, feature_set: string, regions?: string[], function_name?: string}[]} functions
 * @property {Record<string, string>} commands
 * @property {boolean} [read_only]
 * @property {string} [tag] another one when deploy.py says something else
 *
 * @typedef {object} Row
 * @property {string} function
 * @property {string} feature_set
 * @property {string} region
 * @property {string} environment
 * @property {string | null} version
 * @property {Record<string, number>} weights
 * @property {string | null} release
 * @property {boolean} drift
 * @property {boolean} hot
 *
 * @typedef {object} Status
 * @property {number} read
 * @property {number} seconds
 * @property {Row[]} rows
 * @property {number | null} [as_of] when the rows were read, where nothing can be read now
 * @property {{region: string, why: string}[]} unreachable
 * @property {{kind: string, environment: string, what: string, command: string | null, running?: boolean} | null} open
 * @property {string | null} [app] the tag of the app by now
 * @property {Problem | null} [error]
 *
 * @typedef {object} ReleasedFunction
 * @property {string} function
 * @property {string} region
 * @property {string} version
 * @property {string | null} commit
 * @property {string | null} code_sha256
 * @property {boolean} moved
 *
 * @typedef {object} Release
 * @property {string} id
 * @property {string} environment
 * @property {number} number
 * @property {string} act
 * @property {string} source
 * @property {string} made
 * @property {string} who
 * @property {string} host
 * @property {string} digest
 * @property {string} approval
 * @property {string} note
 * @property {string[]} left_out
 * @property {ReleasedFunction[]} functions
 * @property {string | null} [before]
 *
 * @typedef {object} History
 * @property {Release[]} releases
 * @property {Record<string, string | null>} live
 * @property {string | null} not_compared
 * @property {{environment: string, function: string, region: string, recorded: string, version: string | null, hot: boolean}[]} drift
 *
 * @typedef {{version: string, commit: string | null, code_sha256: string | null}} Served
 * @typedef {{id: string, made: string, who: string}} Side
 * @typedef {{function: string, region: string, from: Served | null, to: Served | null, changed: string[]}} DiffRow
 * @typedef {{from: Side, to: Side, functions: DiffRow[]}} Diff
 *
 * @typedef {{name: string, kind: string, size_bytes: number, zip_bytes: number, limit_bytes: number, share: number}} Artifact
 * @typedef {{name: string, size_bytes: number, kind: string, children?: Part[]}} Part
 *
 * @typedef {object} Run
 * @property {string} run
 * @property {string} command
 * @property {string[]} arguments
 * @property {number} started
 * @property {number | null} seconds
 * @property {number | null} exit_code
 * @property {boolean} running
 * @property {RunEvent[]} [events]
 * @property {number} [read_to] where the last of them ends in the log, in bytes
 * @property {Progress} [progress]
 *
 * @typedef {{percent: number | null, seconds_left: number | null}} Progress
 *
 * @typedef {{run: string, event: RunEvent, progress: Progress, at: number}} RunLine `at` is where it ends in the log
 *
 * @typedef {Record<string, any> & {type: string, time: number}} RunEvent
 *
 * @typedef {{time: number, region: string, version: string, side?: "old" | "new", invocations: number, errors: number, duration_p50_ms: number | null}} Sample
 *
 * @typedef {object} Shift
 * @property {string} environment
 * @property {string} state
 * @property {{percent: number, minutes: number}[]} steps
 * @property {number} step counts from 1; 0 before the first has begun
 * @property {number | null} began Unix seconds; of the present step
 * @property {number | null} [started] of the canary
 * @property {number | null} next
 * @property {{region: string, weight: number, alarms: {name: string, state: string}[]}[]} regions
 * @property {Sample[]} series
 *
 * @typedef {{function: string, region: string, before: string | null, after: string | null, changed: string[], commit_before?: string | null, commit_after?: string | null}} PlanRow
 * @typedef {{rows: PlanRow[], lines: string[], changes: string[], digest: string, warnings: string[]}} Plan
 * @typedef {{kind: "confirm" | "name" | "code", text: string, detail: string, attempts_left: number | null, until: number | null, id?: number}} Question `until` is when the time of a code is over
 * @typedef {{region: string, step: number, of: number, text: string}} JobLane
 *
 * @typedef {object} Job
 * @property {string} job
 * @property {string} kind
 * @property {string} environment
 * @property {string} command
 * @property {"reading" | "asking" | "working" | "done" | "failed" | "stopped"} state
 * @property {Plan | null} plan
 * @property {Question | null} question
 * @property {{percent: number, lanes: JobLane[], text?: string} | null} progress
 * @property {boolean} [stopping]
 * @property {string[]} [warnings]
 * @property {{summary: string, regions_done: number, regions_total: number, window_ms: number | null} | null} result
 * @property {Problem | null} error
 */

export {};
