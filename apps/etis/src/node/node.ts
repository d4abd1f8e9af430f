import type { SecretVault } from '@etis/agent';
import type { CommandPlane } from '@etis/command';
import type { BundleSource, DatasetOutputs } from '@etis/contracts/datasets';
import type { RouteModule } from '@etis/contracts/http';
import type { Log } from '@etis/contracts/log';
import type { ClusterId } from '@etis/contracts/tenancy';
import type { Control } from '@etis/control';
import type { Config, Service } from '@etis/kernel';
import type { DatabaseAccess, Domain, DomainDb } from '@etis/postgres';
import type { BundleStore, ClusterHost } from '@etis/runtime';
import type { Spine } from '@etis/spine';
import type { BullmqTransport } from '@etis/spine/bullmq';
import type { KindSettings } from '@etis/workers';
import type { Home } from '../platform/home.ts';
import type { OperatorToken } from '../platform/operator-token.ts';
import type { RoleName } from '../roles/role-names.ts';
import type { GovernedParts } from './governed-part.ts';
import type { LateMeter } from './late-meter.ts';

/** What is asked of a process. */
export interface NodeChoice {
  readonly roles: readonly RoleName[];
  /** The clusters that the role `cluster` hosts; null for all. */
  readonly clusters: readonly ClusterId[] | null;
  /** The job kinds that the role `worker` runs; null for all. */
  readonly kinds: readonly string[] | null;
}

/** A process as its roles see it: what they share, and where they leave what they bring. */
export interface Node extends NodeChoice {
  readonly config: Config;
  readonly home: Home;
  readonly access: DatabaseAccess;
  readonly log: Log;
  /** What each part of this process is governed by: its view, its directives, its parameters and flags. */
  readonly parts: GovernedParts;
  /** Is told of the work that is done here, and by whom it is caused. */
  readonly meter: LateMeter;
  readonly vault: SecretVault;
  readonly startedAt: number;
  /** The spine that the roles of this process share. @throws where no role of this process has one */
  readonly spine: Spine;
  /** The transport over Redis; null where no address of one is set. */
  readonly bullmq: BullmqTransport | null;
  /** The clusters that run here; the role `cluster` fills it. */
  readonly hosts: Map<ClusterId, ClusterHost>;
  /** Their bundles, where their products read datasets; filled with them. */
  readonly stores: Map<ClusterId, BundleStore>;
  /** What job kinds need; from the settings, and the demonstration puts stand-ins where those say nothing. */
  kindSettings: KindSettings;
  /** Who the operator is; null where no role of this process asks. */
  operator: OperatorToken | null;
  /** The control plane; null where it runs in another process. */
  control: Control | null;
  /** The command plane; null where it runs in another process. */
  command: CommandPlane | null;
  /** What transformation in this process has made; null where none runs here. */
  outputs: DatasetOutputs | null;
  /** Where clusters of this process take bundles from; null where nothing is published here. */
  bundles: BundleSource | null;
  /** A domain's database; the same one on every call, closed when the process stops. */
  open(domain: Domain): DomainDb;
  /** Starts a service that is stopped with the process, the last started first. */
  run<T extends Service>(service: T): Promise<T>;
  /** Serves routes on the listener of this process. */
  mount(routes: RouteModule): void;
  /** Something that must be true before this process is ready. */
  check(name: string, ask: () => Promise<boolean>): void;
  /** Asks all of them now. */
  readonly checks: () => Promise<readonly { readonly name: string; readonly ok: boolean }[]>;
}
