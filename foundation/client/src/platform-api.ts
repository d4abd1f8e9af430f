// Made from docs/reference/openapi.json by "npm run openapi"; do not edit.

export interface paths {
  '/api/v1/status': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Shows version, health and depth in sum */
    get: operations['getStatus'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/config': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Shows the settings in force; secrets are redacted */
    get: operations['getConfig'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/event-routing': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Shows over what batches go to their clusters, and how far a change of it is */
    get: operations['getEventRouting'];
    put?: never;
    /**
     * Lets batches go over another transport, while events arrive
     * @description What is under way ends over the one before. Lanes keep their positions and their order, and it can be taken back at any time.
     */
    post: operations['chooseEventRouting'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/record': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Shows what the record takes on disk, by table and by event, and how long it is kept */
    get: operations['getRecord'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/changes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Follows changes as they happen
     * @description A coarse feed over everything that this API shows: it says what to look at again. A heartbeat comes every 15 seconds. With `Last-Event-ID` governed changes are resumed where they were left.
     */
    get: operations['followChanges'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/tenants': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists tenants in the order of ids */
    get: operations['listTenants'];
    put?: never;
    /** Creates an active tenant */
    post: operations['createTenant'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/tenants/{tenant}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Shows a tenant with its placements */
    get: operations['getTenant'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /** Renames, suspends or activates a tenant */
    patch: operations['updateTenant'];
    trace?: never;
  };
  '/api/v1/tenants/{tenant}/erase': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Destroys the data key of a suspended tenant, for good
     * @description Everything that is sealed under it can be opened by nobody any more: secrets of its connections, and what the sealed audit says of persons in its name. The chains of the audit go on to verify. Copies in backups end with the backups.
     */
    post: operations['eraseTenant'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/tenants/{tenant}/placements': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists a tenant's placements in the order of products */
    get: operations['listPlacements'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/tenants/{tenant}/placements/{product}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Shows where a tenant has a product */
    get: operations['getPlacement'];
    /**
     * Places a tenant on a cluster of the product
     * @description Safe to repeat. A tenant that has the product on another cluster is refused with 409: its data lives in that cluster, so that naming another one does not move it.
     */
    put: operations['putPlacement'];
    post?: never;
    /**
     * Ends a tenant's use of a product
     * @description Refused with 409 while its lane holds entries that are still to be handled. What the cluster keeps of the tenant stays there.
     */
    delete: operations['deletePlacement'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/tenants/{tenant}/resolver-entries': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists a tenant's resolver entries in the order of system, kind and id */
    get: operations['listResolverEntries'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/tenants/{tenant}/resolver-entry': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Shows one resolver entry */
    get: operations['getResolverEntry'];
    /**
     * Maps an external id to the tenant, or changes its entry
     * @description What is left out is null. An id belongs to one tenant: one that belongs to another is refused with 409, which does not say whose it is.
     */
    put: operations['putResolverEntry'];
    post?: never;
    /** Removes a tenant's resolver entry */
    delete: operations['deleteResolverEntry'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/clusters': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists the clusters in the order of ids */
    get: operations['listClusters'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/clusters/{cluster}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Shows a cluster */
    get: operations['getCluster'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/products': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists the products with the events that they ask for */
    get: operations['listProducts'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sources': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists the sources that a connection can be of */
    get: operations['listSources'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/connections': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists connections in the order of ids */
    get: operations['listConnections'];
    put?: never;
    /**
     * Creates a connection
     * @description Answers with its secret where the platform made it. The secret is shown this once and cannot be asked for again.
     */
    post: operations['createConnection'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/connections/{connection}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Shows a connection */
    get: operations['getConnection'];
    put?: never;
    post?: never;
    /**
     * Deletes a connection that nothing came through
     * @description It has to be disabled first. While the record holds a delivery of it, it is refused with 409, since its id tells apart what was accepted before.
     */
    delete: operations['deleteConnection'];
    options?: never;
    head?: never;
    /** Enables or disables a connection */
    patch: operations['updateConnection'];
    trace?: never;
  };
  '/api/v1/connections/{connection}/rotate': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Gives a connection a new secret
     * @description The secret before stays good for a while, so that the sender can change over; one that is older still ends at once. A new secret is shown this once.
     */
    post: operations['rotateConnectionSecret'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/connections/{connection}/end-older-secret': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Ends the older secret of a rotation now
     * @description Where only one secret is live nothing happens.
     */
    post: operations['endOlderConnectionSecret'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/connections/{connection}/deliveries': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists what a connection brought lately, newest first
     * @description With what became of it; never a body.
     */
    get: operations['listConnectionDeliveries'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Searches events, newest first
     * @description A page is read from a bounded piece of the record: it may hold fewer events than asked for, or none, and still have a next one.
     */
    get: operations['searchEvents'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/events/{event}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Shows an event with what it carries */
    get: operations['getEvent'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/flows/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Shows everything that one delivery caused, in the order of time
     * @description By the id of a flow, a delivery, an event or a job.
     */
    get: operations['getFlow'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/unmatched': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists what could not be read or placed, newest first */
    get: operations['listUnmatched'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/unmatched/replay': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Routes many unmatched deliveries again
     * @description What was routed before is not repeated.
     */
    post: operations['replayManyUnmatched'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/unmatched/{delivery}/replay': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Routes what is unmatched of a delivery again
     * @description What was routed before is not repeated.
     */
    post: operations['replayUnmatched'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/unmatched/discard': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Gives up what is unmatched of many deliveries
     * @description Not what a directive holds back. The deliveries themselves stay as long as the record keeps them.
     */
    post: operations['discardManyUnmatched'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/unmatched/{delivery}/discard': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Gives up what is unmatched of a delivery */
    post: operations['discardUnmatched'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/unmatched/{delivery}/map': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Puts a resolver entry and routes the delivery again
     * @description The entry stays where nothing of the delivery is unmatched any more; that is then answered with 404.
     */
    post: operations['mapUnmatched'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/replays/preview': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Shows what a replay would do
     * @description Changes nothing.
     */
    post: operations['previewReplay'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/replays': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists replays, newest first */
    get: operations['listReplays'];
    put?: never;
    /**
     * Gives events to products once more
     * @description As new events of the same flows that say what they repeat (`replayOf`), in their order, at the pace that is given. It goes on by itself until it is done or cancelled.
     */
    post: operations['startReplay'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/replays/{replay}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Shows how far a replay is */
    get: operations['getReplay'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/replays/{replay}/cancel': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Ends a replay where it is
     * @description What it has repeated stays.
     */
    post: operations['cancelReplay'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/lanes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists lanes with their depths, in the order of names */
    get: operations['listLanes'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/lanes/{lane}/detach': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Takes a lane from a cluster that is gone for good
     * @description Only a lane that is placed elsewhere. What the cluster handled and could not say any more is handled again where the lane goes to.
     */
    post: operations['detachLane'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/dead-letters': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists open dead letters, newest first */
    get: operations['listDeadLetters'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/dead-letters/redrive': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Gives many dead letters their attempts back */
    post: operations['redriveDeadLetters'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/dead-letters/{id}/redrive': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Gives a dead letter its attempts back */
    post: operations['redriveDeadLetter'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/dead-letters/{id}/discard': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Closes a dead letter for good
     * @description It stays visible in its flow.
     */
    post: operations['discardDeadLetter'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/jobs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists jobs, newest first */
    get: operations['listJobs'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/jobs/{job}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Shows a job with what it was asked and what it answered */
    get: operations['getJob'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/jobs/{job}/cancel': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Cancels a job
     * @description One that nobody holds ends at once. One that is held loses its lease, and its worker is told at its next heartbeat.
     */
    post: operations['cancelJob'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/tenants/{tenant}/schedules': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists a tenant's schedules in the order of ids */
    get: operations['listSchedules'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/tenants/{tenant}/schedules/{schedule}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Shows a schedule */
    get: operations['getSchedule'];
    /**
     * Makes or replaces a schedule
     * @description Safe to repeat: an unchanged one keeps its next time. By default it is enabled and makes up one job for all missed times.
     */
    put: operations['putSchedule'];
    post?: never;
    /**
     * Ends a schedule
     * @description Jobs that it made already stay.
     */
    delete: operations['deleteSchedule'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sent-messages': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists messages that left the platform, newest first */
    get: operations['listSentMessages'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/parameters': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists parameters in the order of keys */
    get: operations['listParameters'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/parameters/{parameter}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Shows a parameter as it is declared */
    get: operations['getParameter'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/parameters/{parameter}/settings': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists what a parameter is set to, by level */
    get: operations['listParameterSettings'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/parameters/{parameter}/setting': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Shows what a parameter is set to at one level */
    get: operations['getParameterSetting'];
    /**
     * Sets a parameter at one level
     * @description Without an environment it counts in every one that has no value of its own at that level.
     */
    put: operations['setParameter'];
    post?: never;
    /** Takes away what a parameter is set to at one level */
    delete: operations['unsetParameter'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/parameters/{parameter}/preview': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Shows whose value would change if a parameter were set, or unset
     * @description Changes nothing.
     */
    post: operations['previewParameter'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/parameters/{parameter}/value': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Says what counts for a target, and why
     * @description Of a tenant the cluster and the tier are those of its placement.
     */
    get: operations['evaluateParameter'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/flags': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists flags in the order of keys */
    get: operations['listFlags'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/flags/{flag}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Shows a flag with its rules */
    get: operations['getFlag'];
    /**
     * Gives a flag its rules
     * @description The rules replace those before. Without `enabled` that stays as it is.
     */
    put: operations['putFlag'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/flags/{flag}/enable': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Lets the rules of a flag count again */
    post: operations['enableFlag'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/flags/{flag}/disable': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Gives everybody the variant that a flag has as its off */
    post: operations['disableFlag'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/flags/{flag}/preview': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Shows whose value would change if a flag had these rules
     * @description Changes nothing. What is left out is as it is.
     */
    post: operations['previewFlag'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/flags/{flag}/value': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Says which variant counts for a target, and why
     * @description Of a tenant the cluster and the tier are those of its placement. Directives that kill the feature are not looked at.
     */
    get: operations['evaluateFlag'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/configuration-changes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists changes of parameters and flags, newest first
     * @description Of a parameter a change shows the setting that it is about, before and after.
     */
    get: operations['listConfigurationChanges'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/configuration-changes/{change}/rollback': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Makes a setting or flag what it was before a change
     * @description It is a change of its own, and can be rolled back too. Where the same was changed again since, it is refused unless forced.
     */
    post: operations['rollBackConfigurationChange'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/directives': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists directives, newest first */
    get: operations['listDirectives'];
    put?: never;
    /**
     * Kills, pauses, drains or throttles what a scope names
     * @description It is kept and signed when this answers, and on its way to every node that it concerns; their receipts follow in the report.
     */
    post: operations['orderDirective'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/directives/preview': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Shows what a directive would concern
     * @description Changes nothing.
     */
    post: operations['previewDirective'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/directives/resume': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Ends directives, so that what they stopped goes on
     * @description What waited is handled in its order.
     */
    post: operations['resumeDirectives'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/directives/{directive}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Shows a directive with the receipt of every node that it concerns */
    get: operations['getDirective'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/fleet': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Shows every subscriber with what it should hold, was sent and holds */
    get: operations['getFleet'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/fleet/invitations': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Makes a token by which one more part of a process can be governed */
    post: operations['inviteSubscriber'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/fleet/{subscriber}/revoke': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Ends the connections of a subscriber, and lets it in no more
     * @description It goes on with what it holds until its lease ends; what it runs is not stopped by this.
     */
    post: operations['revokeSubscriber'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/keys': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Shows the signing keys and until when they count */
    get: operations['getKeys'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/keys/rotate': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Puts a new signing key in force
     * @description The root key has to lie where the platform finds it. The key before goes on to count until it ends or is revoked.
     */
    post: operations['rotateKey'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/keys/recover': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Starts a new epoch after a restored backup, so that the platform signs again
     * @description Only while subscribers hold more than the platform ever gave out. What they hold is merged; restrictions that were resumed after the backup are in force again. The root key has to lie where the platform finds it.
     */
    post: operations['recoverPlatform'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/keys/operators': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Certifies an operator's own key for break-glass orders
     * @description What it signs restricts one node for at most 24 hours while the platform cannot be reached, and nothing else.
     */
    post: operations['certifyOperator'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/keys/{key}/revoke': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Takes a key out of force everywhere
     * @description Where it is the one that signs, another takes its place first, for which the root key has to be there.
     */
    post: operations['revokeKey'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/audit': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists the sealed actions of a tenant, newest first, or without one the platform's own
     * @description This look is itself an action that is kept.
     */
    get: operations['listAudit'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/audit/verify': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Checks every chain, checkpoint and action for what was changed since
     * @description Reads all of it, so it takes its time: after some seconds the answer is how far it has come, and getAuditVerification tells the rest. Who asks meanwhile joins the one that runs. Once it is done, no findings mean that nothing that was sealed has been changed, removed, added or reordered.
     */
    post: operations['verifyAudit'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/audit/verifications/{verification}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Shows a verification that was begun at the same process
     * @description Answers once it is done, or after some seconds with how far it has come.
     */
    get: operations['getAuditVerification'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/load': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Shows what every subscriber last reported of its load, and which tenants make it */
    get: operations['getLoad'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/load/history': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Shows what was done in the last hour, by minute and kind of work */
    get: operations['getLoadHistory'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/alerts': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists the newest alerts of the health rules */
    get: operations['showAlerts'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    Alert: {
      id: string;
      rule: string;
      /** @description what is wrong: a queue, a kind of work or a subscriber */
      subject: string;
      /** @enum {string} */
      severity: 'warning' | 'critical';
      text: string;
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      raisedAt: string;
      /**
       * Format: date-time
       * @description null while it lasts
       */
      clearedAt: string | null;
    };
    AuditFinding: {
      /** @description the chain, or "checkpoint" */
      chain: string;
      /** @description the entry or the checkpoint, where it is about one */
      number: number | null;
      /** @enum {string} */
      kind: 'changed' | 'removed' | 'inserted' | 'reordered' | 'truncated' | 'checkpoint-invalid' | 'source-changed' | 'source-missing';
      detail: string;
    };
    AuditVerification: {
      id: string;
      /**
       * @description only once it is done no findings mean that nothing was changed
       * @enum {string}
       */
      state: 'running' | 'done';
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      startedAt: string;
      /** @description how many entries there were when it began */
      total: number;
      chains: number;
      /** @description that were checked */
      entries: number;
      /** @description rows of the domains that were looked for in the chains */
      rows: number;
      checkpoints: number;
      unsealed: {
        /** @description written and not sealed yet */
        rows: number;
        /** @description the age of the oldest of them, in milliseconds */
        oldestMs: number;
      };
      findings: components['schemas']['AuditFinding'][];
    };
    BlastRadius: {
      subscribers: string[];
      tenants: number;
      placements: number;
      connections: number;
      /** @description in the lanes concerned, parked ones included */
      waitingEntries: number;
      /** @description that wait or run, counted up to 10,000 */
      jobs: number;
      tenantExamples: string[];
    };
    BulkResult: {
      /** @description how many were changed */
      changed: number;
      /** @description whether the limit left some behind */
      more: boolean;
    };
    Cluster: {
      /** @description the id of a cluster */
      id: string;
      /** @description the id of a product */
      product: string;
      /**
       * @description standard shares a runtime, advanced has dedicated resources, enterprise is isolated
       * @enum {string}
       */
      tier: 'standard' | 'advanced' | 'enterprise';
    };
    Config: {
      [key: string]: unknown;
    };
    ConfigurationChange: {
      id: string;
      key: string;
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      at: string;
      by: string;
      reason: string;
      before: {
        /** @enum {string} */
        kind: 'parameter' | 'flag';
        /** @description as it was declared then */
        declaration: {
          [key: string]: unknown;
        };
        settings?: {
          at: {
            /**
             * @description the narrower one overrules the broader ones
             * @enum {string}
             */
            level: 'platform' | 'product' | 'tier' | 'tenant' | 'unit';
            /** @description the id of a product */
            product?: string;
            /** @enum {string} */
            tier?: 'standard' | 'advanced' | 'enterprise';
            /** @description the id of a tenant */
            tenant?: string;
            unit?: string;
          };
          environment: ('live' | 'staging' | 'sandbox') | null;
          /** @description what it was set to */
          value: unknown;
        }[];
        enabled?: boolean;
        /** @description the first that fits decides */
        rules?: components['schemas']['FlagRule'][];
      } | null;
      after: {
        /** @enum {string} */
        kind: 'parameter' | 'flag';
        /** @description as it was declared then */
        declaration: {
          [key: string]: unknown;
        };
        settings?: {
          at: {
            /**
             * @description the narrower one overrules the broader ones
             * @enum {string}
             */
            level: 'platform' | 'product' | 'tier' | 'tenant' | 'unit';
            /** @description the id of a product */
            product?: string;
            /** @enum {string} */
            tier?: 'standard' | 'advanced' | 'enterprise';
            /** @description the id of a tenant */
            tenant?: string;
            unit?: string;
          };
          environment: ('live' | 'staging' | 'sandbox') | null;
          /** @description what it was set to */
          value: unknown;
        }[];
        enabled?: boolean;
        /** @description the first that fits decides */
        rules?: components['schemas']['FlagRule'][];
      };
      rollsBack: string | null;
    };
    ConfigurationPreview: {
      /** @description how many have the product */
      tenants: number;
      /** @description how many of those would have another value */
      affected: number;
      examples: {
        /** @description the id of a tenant */
        tenant: string;
        /** @description as it is */
        before: unknown;
        /** @description as it would be */
        after: unknown;
      }[];
      /** @description whether a rule decides by subjects, who are not counted */
      bySubject: boolean;
    };
    Connection: {
      /** @description the id of a connection */
      id: string;
      /** @description the kind of a source */
      source: string;
      /** @description null where many tenants share it and the resolver tells them apart */
      tenant: string | null;
      /** @description a disabled connection accepts nothing */
      enabled: boolean;
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      createdAt: string;
      secrets: {
        /**
         * Format: date-time
         * @description RFC 3339, in UTC
         */
        createdAt: string;
        /**
         * Format: date-time
         * @description null for the current one
         */
        expiresAt: string | null;
      }[];
    };
    ConnectionChange: {
      enabled: boolean;
    };
    DeadLetter: {
      /** @enum {string} */
      kind: 'entry' | 'job';
      id: string;
      tenant: string;
      /** @description a lane or a job kind */
      where: string;
      event: string | null;
      attempts: number;
      /** @description the last one seen */
      error: string;
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      at: string;
    };
    DeadLetterDone: {
      id: string;
      /** @enum {string} */
      outcome: 'redriven' | 'discarded';
    };
    Delivery: {
      id: string;
      /** @description the id of a connection */
      connection: string;
      bytes: number;
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      receivedAt: string;
      routed: boolean;
      /** @description how many found a place */
      events: number;
      /** @description how many did not */
      unmatched: number;
    };
    DetachOrder: {
      /** @description why; it is kept with the record of the action */
      reason: string;
    };
    Directive: {
      id: string;
      installation: string;
      epoch: number;
      sequence: number;
      /** @enum {string} */
      verb: 'kill' | 'pause' | 'drain' | 'throttle' | 'resume';
      reason: string;
      /** @description who ordered it */
      by: string;
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      issuedAt: string;
      scope?: components['schemas']['DirectiveScope'];
      rate?: components['schemas']['DirectiveRate'];
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      expiresAt?: string;
      /** @description with resume: what it ends */
      ends?: string[];
      breakGlass?: {
        target: string;
        nonce: string;
      };
    };
    DirectiveOrder: {
      /**
       * @description kill aborts running work and starts none until it is resumed; pause lets it finish and starts none; drain finishes what lanes held, then pauses; throttle bounds a rate
       * @enum {string}
       */
      verb: 'kill' | 'pause' | 'drain' | 'throttle';
      scope: components['schemas']['DirectiveScope'];
      /** @description why; it is kept with the record of the action and shown to whoever is stopped */
      reason: string;
      rate?: components['schemas']['DirectiveRate'];
      /**
       * Format: date-time
       * @description when it ends by itself; never with a kill
       */
      expiresAt?: string;
    };
    DirectivePreviewOrder: {
      scope: components['schemas']['DirectiveScope'];
    };
    DirectiveRate: {
      /** @description entries, jobs or requests, counted by each process for itself */
      count: number;
      /** @description milliseconds */
      perMs: number;
    };
    DirectiveReceipt: {
      installation: string;
      directive: string;
      /** @description SHA-256 of what was signed */
      digest: string;
      subscriber: string;
      /** @enum {string} */
      outcome: 'applied' | 'refused';
      reason: string | null;
      /**
       * Format: date-time
       * @description when it was in force there, by the node's clock
       */
      effectiveAt: string;
    };
    DirectiveReport: {
      directive: components['schemas']['Directive'];
      /** @enum {string} */
      state: 'in-force' | 'ended' | 'expired';
      endedBy: string | null;
      receipts: {
        subscriber: string;
        connected: boolean;
        receipt: components['schemas']['DirectiveReceipt'] | null;
      }[];
    };
    DirectiveScope: {
      /** @description the id of a product */
      product?: string;
      /** @description the id of a cluster */
      cluster?: string;
      /** @description the id of a tenant */
      tenant?: string;
      /** @description the id of a connection */
      connection?: string;
      /** @description a kind of job */
      kind?: string;
      /** @description the key of a feature flag */
      feature?: string;
    };
    DiscardOrder: {
      /** @description why; it is kept with the record of the action */
      reason: string;
    };
    Event: {
      id: string;
      flow: string;
      type: string;
      source: string;
      subject: string | null;
      tenant: string;
      project: string | null;
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      time: string;
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      acceptedAt: string;
    };
    EventDetail: {
      id: string;
      flow: string;
      type: string;
      source: string;
      subject: string | null;
      tenant: string;
      project: string | null;
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      time: string;
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      acceptedAt: string;
      region: string | null;
      /** @description the event whose handling produced this one; null for one from outside */
      cause: string | null;
      /** @description the event that this one repeats; null for one of no replay */
      replayOf: string | null;
      /** @description how many events stand between this one and the flow's first */
      hop: number;
      traceparent: string;
      /** @description what the event carries */
      data: unknown;
    };
    EventRouting: {
      /**
       * @description over what batches go to their clusters
       * @enum {string}
       */
      transport: 'direct' | 'bullmq';
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      changedAt: string;
      /** @description whether every dispatcher delivers over it, with nothing on its way over another */
      settled: boolean;
      dispatchers: {
        /** @description the process that it runs in */
        node: string;
        /** @description over what all goes that it has under way; null while that is more than one */
        transport: string | null;
        carries: string[];
        hosts: string[];
      }[];
    };
    EventRoutingChoice: {
      /** @enum {string} */
      transport: 'direct' | 'bullmq';
      /** @description why; it is kept with the record of the action */
      reason: string;
    };
    ExplainedValue: {
      key: string;
      /** @description what counts */
      value: unknown;
      variant: string | null;
      /** @enum {string} */
      reason: 'DEFAULT' | 'STATIC' | 'TARGETING_MATCH' | 'SPLIT' | 'DISABLED' | 'ERROR' | 'STALE';
      why: string[];
    };
    Flag: {
      key: string;
      declaration: {
        key: string;
        /** @description the id of a product */
        product: string;
        description: string;
        value: components['schemas']['ValueType'];
        /** @description values by name */
        variants: {
          [key: string]: unknown;
        };
        /** @description the variant that counts where no rule decides */
        default: string;
        /** @description the variant while the flag is disabled or a directive kills the feature */
        off: string;
      };
      /** @description false once its product declares it no more */
      declared: boolean;
      /** @description while it is not, the variant `off` counts for everybody */
      enabled: boolean;
      /** @description the first that fits decides */
      rules: components['schemas']['FlagRule'][];
      misfits: string[];
      /** @description the change that made it so; another with every change */
      change: string | null;
    };
    FlagOrder: {
      /** @description the first that fits decides */
      rules: components['schemas']['FlagRule'][];
      enabled?: boolean;
      /** @description why; it is kept with the change */
      reason: string;
    };
    FlagPreviewOrder: {
      /** @description the first that fits decides */
      rules?: components['schemas']['FlagRule'][];
      enabled?: boolean;
      /** @enum {string} */
      environment?: 'live' | 'staging' | 'sandbox';
      /**
       * Format: date-time
       * @description schedules count as at this moment; by default now
       */
      at?: string;
    };
    /** @description fits what has every member that it names; gives a variant, or variants by their shares */
    FlagRule: {
      id: string;
      tenants?: string[];
      tiers?: ('standard' | 'advanced' | 'enterprise')[];
      clusters?: string[];
      environments?: ('live' | 'staging' | 'sandbox')[];
      /**
       * Format: date-time
       * @description from when it fits
       */
      from?: string;
      /**
       * Format: date-time
       * @description until when it fits
       */
      until?: string;
      variant?: string;
      rollout?: {
        /** @description rules with the same seed of one flag choose the same tenants or subjects */
        seed: string;
        /** @enum {string} */
        by: 'tenant' | 'subject';
        /** @description variants and their shares in hundredths of a percent; what is left falls to the next rule */
        shares: {
          [key: string]: number;
        };
      };
    };
    Fleet: {
      members: components['schemas']['FleetMember'][];
    };
    FleetMember: {
      /** @description unique in the installation */
      id: string;
      /**
       * @description which part of a process is governed
       * @enum {string}
       */
      kind: 'edge' | 'ingestion' | 'router' | 'dispatcher' | 'cluster' | 'worker';
      /** @description the id of a cluster, or kinds of jobs; null where the kind says all */
      scope: string | null;
      connected: boolean;
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      lastSeenAt: string | null;
      /**
       * @description STALE: what governs it is past its time, and goes on to do so
       * @enum {string}
       */
      state: 'EMPTY' | 'READY' | 'STALE' | 'UNKNOWN';
      desired: components['schemas']['Moment'];
      sent: components['schemas']['Moment'] | null;
      acknowledged: components['schemas']['Moment'] | null;
      /** @description by section: the version that it should have and has, and why it refused one */
      sections: {
        tenants?: {
          desired: number;
          applied: number | null;
          refused: string | null;
        };
        clusters?: {
          desired: number;
          applied: number | null;
          refused: string | null;
        };
        placements?: {
          desired: number;
          applied: number | null;
          refused: string | null;
        };
        connections?: {
          desired: number;
          applied: number | null;
          refused: string | null;
        };
        'data-keys'?: {
          desired: number;
          applied: number | null;
          refused: string | null;
        };
        resolver?: {
          desired: number;
          applied: number | null;
          refused: string | null;
        };
        subscriptions?: {
          desired: number;
          applied: number | null;
          refused: string | null;
        };
        configuration?: {
          desired: number;
          applied: number | null;
          refused: string | null;
        };
      };
      /** @description since when it does not hold what it should; 0 where it does */
      driftMs: number;
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      revokedAt: string | null;
    };
    Flow: {
      id: string;
      /** @description false while something of the flow is still open */
      settled: boolean;
      steps: components['schemas']['FlowStep'][];
    };
    FlowStep:
      | {
          /** @constant */
          step: 'accepted';
          /**
           * Format: date-time
           * @description RFC 3339, in UTC
           */
          at: string;
          delivery: string;
          connection: string;
          bytes: number;
        }
      | {
          /** @constant */
          step: 'unmatched';
          /**
           * Format: date-time
           * @description RFC 3339, in UTC
           */
          at: string;
          delivery: string;
          reason: string;
          detail: string;
        }
      | {
          /** @constant */
          step: 'normalised';
          /**
           * Format: date-time
           * @description RFC 3339, in UTC
           */
          at: string;
          event: string;
          type: string;
          subject: string | null;
          /** @description the event that this one repeats, in a replay */
          replayOf?: string;
        }
      | {
          /** @constant */
          step: 'resolved';
          /**
           * Format: date-time
           * @description RFC 3339, in UTC
           */
          at: string;
          event: string;
          tenant: string;
          project: string | null;
        }
      | {
          /** @constant */
          step: 'routed';
          /**
           * Format: date-time
           * @description RFC 3339, in UTC
           */
          at: string;
          event: string;
          lane: string;
          cluster: string;
          product: string;
        }
      | {
          /** @constant */
          step: 'handled';
          /**
           * Format: date-time
           * @description RFC 3339, in UTC
           */
          at: string;
          event: string;
          lane: string;
          attempts: number;
        }
      | {
          /** @constant */
          step: 'parked';
          /**
           * Format: date-time
           * @description RFC 3339, in UTC
           */
          at: string;
          event: string;
          lane: string;
          attempts: number;
          error: string;
          /**
           * Format: date-time
           * @description RFC 3339, in UTC
           */
          retryAt: string;
        }
      | {
          /** @constant */
          step: 'dead-letter';
          /**
           * Format: date-time
           * @description RFC 3339, in UTC
           */
          at: string;
          event: string;
          lane: string;
          attempts: number;
          error: string;
        }
      | {
          /** @constant */
          step: 'discarded';
          /**
           * Format: date-time
           * @description RFC 3339, in UTC
           */
          at: string;
          event: string;
          lane: string;
          reason: string;
        }
      | {
          /** @constant */
          step: 'job-enqueued';
          /**
           * Format: date-time
           * @description RFC 3339, in UTC
           */
          at: string;
          event: string | null;
          job: string;
          kind: string;
        }
      | {
          /** @constant */
          step: 'job-done';
          /**
           * Format: date-time
           * @description RFC 3339, in UTC
           */
          at: string;
          event: string | null;
          job: string;
          kind: string;
          attempts: number;
          result: unknown;
        }
      | {
          /** @constant */
          step: 'job-failed';
          /**
           * Format: date-time
           * @description RFC 3339, in UTC
           */
          at: string;
          event: string | null;
          job: string;
          kind: string;
          attempts: number;
          error: string;
          final: boolean;
        };
    Invitation: {
      /** @description can be used once; shown only here */
      token: string;
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      expiresAt: string;
    };
    InvitationOrder: {
      /** @description unique in the installation */
      id: string;
      /**
       * @description which part of a process is governed
       * @enum {string}
       */
      kind: 'edge' | 'ingestion' | 'router' | 'dispatcher' | 'cluster' | 'worker';
      /** @description the id of a cluster, or kinds of jobs; null where the kind says all */
      scope?: string | null;
      /** @description how long the token can be used; 3,600 by default */
      validSeconds?: number;
    };
    IssuedSecret: {
      connection: components['schemas']['Connection'];
      /** @description shown this once; null where the caller gave it */
      secret: string | null;
      /** @description what to enter at the other system beside the secret; null where it wants none */
      handshakeToken: string | null;
      /** @description where the other system is to post, below the address of this installation */
      callbackPath: string;
    };
    Job: {
      id: string;
      kind: string;
      tenant: string;
      /**
       * @description `scheduled` is ready but not yet due
       * @enum {string}
       */
      state: 'scheduled' | 'ready' | 'leased' | 'done' | 'dead' | 'cancelled';
      priority: number;
      attempts: number;
      maxAttempts: number;
      progress: {
        /** @description 0 to 1 */
        done: number;
        note: string;
      } | null;
      /** @description the last one seen */
      error: string | null;
      flow: string;
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      createdAt: string;
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      dueAt: string;
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      updatedAt: string;
    };
    JobCancelled: {
      id: string;
      /** @enum {string} */
      state: 'cancelled';
    };
    JobDetail: {
      id: string;
      kind: string;
      tenant: string;
      /**
       * @description `scheduled` is ready but not yet due
       * @enum {string}
       */
      state: 'scheduled' | 'ready' | 'leased' | 'done' | 'dead' | 'cancelled';
      priority: number;
      attempts: number;
      maxAttempts: number;
      progress: {
        /** @description 0 to 1 */
        done: number;
        note: string;
      } | null;
      /** @description the last one seen */
      error: string | null;
      flow: string;
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      createdAt: string;
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      dueAt: string;
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      updatedAt: string;
      cause: string | null;
      payload: unknown;
      result: unknown;
    };
    KeyCertificate: {
      installation: string;
      /** @description from the SHA-256 of the public key */
      keyId: string;
      /** @description raw Ed25519, base64url */
      publicKey: string;
      /** @enum {string} */
      role: 'online' | 'operator';
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      notBefore: string;
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      notAfter: string;
    };
    KeyRevocation: {
      reason: string;
    };
    Lane: {
      /** @description <tenant>/<product> */
      lane: string;
      tenant: string;
      product: string;
      waiting: number;
      /** @description set aside to be tried again */
      parked: number;
      /** @description used up their attempts */
      deadLetters: number;
      /** @description that the lane is with; null before its first delivery */
      cluster: string | null;
      /** @description the dead letter at which the lane stands still, in products that want strict order; redrive or discard it */
      heldBy: string | null;
      /** @description why the last delivery got the lane no further */
      trouble: string | null;
    };
    LaneDetached: {
      lane: string;
    };
    MapAndReplay: {
      entry: components['schemas']['ResolverEntry'];
      placed: number;
      unmatched: number;
    };
    Mapping: {
      /** @description the id of a tenant */
      tenant: string;
      /** @description the external system, for example autodesk */
      system: string;
      /** @description the system's word for what the id names, for example project */
      kind: string;
      /** @description the id, as the system writes it */
      externalId: string;
      /** @description the tenant's project; null where it names none */
      project?: string | null;
      region?: string | null;
      /** @description the id of a product */
      product?: string | null;
    };
    Moment: {
      epoch: number;
      version: number;
    };
    NewConnection: {
      /** @description the id of a connection */
      id: string;
      /** @description the kind of a source */
      source: string;
      /** @description the id of a tenant */
      tenant?: string | null;
      /** @description the secret that the other system gave; where it takes one from here, leave it out and a good one is made */
      secret?: string;
    };
    NewTenant: {
      /** @description the id of a tenant */
      id: string;
      /** @description as people call it */
      name: string;
    };
    OperatorKey: {
      /** @description raw Ed25519, base64url */
      publicKey: string;
      /** @description 90 by default */
      validDays?: number;
    };
    Parameter: {
      key: string;
      declaration: {
        key: string;
        /** @description the id of a product */
        product: string;
        description: string;
        value: components['schemas']['ValueType'];
        /** @description what counts where nothing is set */
        default: unknown;
      };
      /** @description false once its product declares it no more */
      declared: boolean;
      /** @description how many are set */
      settings: number;
      /** @description how many of those do not fit the declaration, so that the default counts */
      misfits: number;
    };
    ParameterPreviewOrder: {
      /**
       * @description the narrower one overrules the broader ones
       * @enum {string}
       */
      level: 'platform' | 'product' | 'tier' | 'tenant' | 'unit';
      /** @description the id of a product */
      product?: string;
      /** @enum {string} */
      tier?: 'standard' | 'advanced' | 'enterprise';
      /** @description the id of a tenant */
      tenant?: string;
      /** @description a project of the tenant */
      unit?: string;
      /** @enum {string} */
      environment?: 'live' | 'staging' | 'sandbox';
      /** @description what it would be set to; without one it would be unset */
      value?: unknown;
    };
    ParameterSetting: {
      at: {
        /**
         * @description the narrower one overrules the broader ones
         * @enum {string}
         */
        level: 'platform' | 'product' | 'tier' | 'tenant' | 'unit';
        /** @description the id of a product */
        product?: string;
        /** @enum {string} */
        tier?: 'standard' | 'advanced' | 'enterprise';
        /** @description the id of a tenant */
        tenant?: string;
        unit?: string;
      };
      environment: ('live' | 'staging' | 'sandbox') | null;
      /** @description what it is set to */
      value: unknown;
      /** @description why the default counts instead */
      misfit: string | null;
      /** @description the change that made it so; another with every change */
      change: string;
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      setAt: string;
      setBy: string;
    };
    ParameterValue: {
      /** @description as the declaration says */
      value: unknown;
      /** @description why; it is kept with the change */
      reason: string;
    };
    Placement: {
      /** @description the id of a tenant */
      tenant: string;
      /** @description the id of a product */
      product: string;
      /** @description the id of a cluster */
      cluster: string;
    };
    PlacementTarget: {
      /** @description the id of a cluster */
      cluster: string;
    };
    Problem: {
      /** @description the same for every occurrence of a code */
      type: string;
      title: string;
      status: number;
      /** @description what happened, why, and what to do */
      detail: string;
      /** @description stable; what programs tell problems apart by */
      code: string;
      /** @description what to quote when asking for help */
      instance?: string;
      errors?: {
        /** @description a JSON Pointer into the body, or the name of a query field, path parameter or header */
        pointer: string;
        detail: string;
      }[];
    };
    Product: {
      /** @description the id of a product */
      id: string;
      title: string;
      subscriptions: string[];
      /** @description conditions in CEL on one event, by the entry of `subscriptions` that they narrow */
      filters: {
        [key: string]: string;
      };
    };
    Reason: {
      /** @description why; it is kept with the change */
      reason: string;
    };
    RecordState: {
      /** @description when it was last measured, with indexes */
      bytes: number;
      /** @description past this nothing new is taken; null where nothing bounds it */
      bound: number | null;
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      measuredAt: string | null;
      events: number;
      deliveries: number;
      /** @description of all tables together, over the events that are kept */
      bytesPerEvent: number | null;
      /**
       * Format: date-time
       * @description from when on everything is kept; of what came before, what waits, is parked, is a dead letter or is unmatched
       */
      keptSince: string;
      keepDays: number;
      unmatchedDays: number;
      digestDays: number;
      /**
       * Format: date-time
       * @description when the oldest slice goes
       */
      nextDropAt: string | null;
      slices: {
        number: number;
        /**
         * Format: date-time
         * @description RFC 3339, in UTC
         */
        beganAt: string;
      }[];
      tables: {
        name: string;
        /** @description with indexes and large values */
        bytes: number;
        /** @description about, where the table is large */
        rows: number;
        bytesPerEvent: number | null;
      }[];
    };
    Recovered: {
      epoch: number;
      version: number;
      /** @description how many subscribers had shown what they hold */
      shownBy: number;
      /** @description how many directives had been lost and are in force again */
      directives: number;
      revokedKeys: string[];
    };
    RedriveOrder: {
      /** @description the id of a tenant */
      tenant?: string;
      /** @description only those of a lane or a job kind */
      where?: string;
      /** @description how many at most, the oldest first */
      limit: number;
    };
    Replay: {
      id: string;
      /** @enum {string} */
      state: 'running' | 'done' | 'cancelled' | 'failed';
      selection: components['schemas']['ReplaySelection'];
      target: components['schemas']['ReplayTarget'];
      reason: string;
      perSecond: number;
      /** @description how much of the record was looked through, 0 to 1 */
      progress: number;
      replayed: number;
      /** @description that nobody takes today */
      unplaced: number;
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      startedAt: string;
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      endedAt: string | null;
      error: string | null;
    };
    ReplayCancelOrder: {
      /** @description why; it is kept with the record of the action */
      reason: string;
    };
    ReplayOrder: {
      selection: components['schemas']['ReplaySelection'];
      target?: components['schemas']['ReplayTarget'];
      /** @description why; it is kept with the record of the action */
      reason: string;
      /** @description events a second at most; 1000 by default */
      perSecond?: number;
    };
    ReplayPreview: {
      events: number;
      /** @description that nobody takes today */
      unplaced: number;
      byType: {
        type: string;
        events: number;
      }[];
      byLane: {
        lane: string;
        events: number;
      }[];
      sample: {
        id: string;
        flow: string;
        type: string;
        source: string;
        subject: string | null;
        tenant: string;
        project: string | null;
        /**
         * Format: date-time
         * @description RFC 3339, in UTC
         */
        time: string;
        /**
         * Format: date-time
         * @description RFC 3339, in UTC
         */
        acceptedAt: string;
      }[];
      /** @description of deliveries that are read again */
      differences?: {
        deliveries: number;
        changed: number;
        added: number;
        /** @description events that are not made any more; they stay in the record */
        gone: number;
        sample: {
          delivery: string;
          event: string;
          /** @enum {string} */
          change: 'changed' | 'added' | 'gone';
          paths: string[];
        }[];
      };
      /** @description false where only the first part of the record was looked through */
      complete: boolean;
    };
    ReplayPreviewOrder: {
      selection: components['schemas']['ReplaySelection'];
      target?: components['schemas']['ReplayTarget'];
    };
    ReplaySelection: {
      /**
       * Format: date-time
       * @description accepted at or after it; this, `flow` or `event` has to be there
       */
      from?: string;
      /**
       * Format: date-time
       * @description accepted before it
       */
      to?: string;
      /** @description the id of a tenant */
      tenant?: string;
      /** @description exact, or a prefix that ends in `.*` */
      type?: string;
      /** @description a condition in CEL over `event`, as subscriptions have them */
      filter?: string;
      flow?: string;
      event?: string;
      /** @description reads its deliveries again and gives only what that makes different; with `from` and `to` alone */
      connection?: string;
    };
    /** @description at most one; without either today’s subscribers */
    ReplayTarget: {
      /** @description the id of a product */
      product?: string;
      /** @description the id of a cluster */
      cluster?: string;
    };
    ResolverEntry: {
      /** @description the external system, for example autodesk */
      system: string;
      /** @description the system's word for what the id names, for example project */
      kind: string;
      /** @description the id, as the system writes it */
      externalId: string;
      project: string | null;
      region: string | null;
      product: string | null;
    };
    ResolverTarget: {
      /** @description the tenant's project; null where it names none */
      project?: string | null;
      region?: string | null;
      /** @description the id of a product */
      product?: string | null;
    };
    ResumeOrder: {
      /** @description what to resume */
      ends: string[];
      /** @description why; it is kept with the record of the action and shown to whoever is stopped */
      reason: string;
    };
    RollbackOrder: {
      /** @description why; it is kept with the change */
      reason: string;
      /** @description also where the same was changed again since; false by default */
      force?: boolean;
    };
    Rotation: {
      /** @description the secret that the other system gave; where it takes one from here, leave it out and a good one is made */
      secret?: string;
      /** @description how long the secret before stays good; 86400 (a day) by default */
      graceSeconds?: number;
    };
    Schedule: {
      id: string;
      /** @description the id of a tenant */
      tenant: string;
      kind: string;
      /** @description JSON, as the job's kind wants it */
      payload: unknown;
      cron: string;
      timeZone: string;
      /**
       * @description what to do about times that passed while nothing ran: make none up, one for all of them, or each (at most 100)
       * @enum {string}
       */
      missed: 'skip' | 'once' | 'each';
      enabled: boolean;
      /** Format: date-time */
      nextAt: string | null;
      /** Format: date-time */
      lastAt: string | null;
    };
    ScheduleOrder: {
      /** @description the kind of a job */
      kind: string;
      /** @description JSON, as the job's kind wants it */
      payload: unknown;
      /** @description 5 or 6 fields */
      cron: string;
      /** @description an IANA time zone */
      timeZone: string;
      /**
       * @description what to do about times that passed while nothing ran: make none up, one for all of them, or each (at most 100)
       * @enum {string}
       */
      missed?: 'skip' | 'once' | 'each';
      enabled?: boolean;
    };
    SealedEntry: {
      /** @description "platform", or "tenant/" and the id of a tenant */
      chain: string;
      /** @description 1, 2, 3, … without a gap in each chain */
      number: number;
      /** @description SHA-256 over the hash before and what the entry says */
      hash: string;
      /** @description the hash of the entry before; of the first it is all zeros */
      previous: string;
      /** @description in whose database it was done */
      domain: string;
      /** @description the id of the row there */
      row: string;
      tenant: string | null;
      actor: {
        /** @enum {string} */
        kind: 'operator' | 'system' | 'connection' | 'anonymous';
        id: string;
      };
      action: string;
      /** @description what it was done to, or * */
      target: string;
      reason: string | null;
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      at: string;
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      sealedAt: string;
      /** @description whether what it said of persons can be read by nobody any more, because the key of its tenant was destroyed */
      erased: boolean;
    };
    SentMessage: {
      /** @description the job that sent it */
      job: string;
      tenant: string;
      /** @enum {string} */
      channel: 'email' | 'whatsapp';
      recipient: string;
      /**
       * @description `sent` is accepted by the outside system, which is not delivered; `unknown` may have been sent and is never repeated
       * @enum {string}
       */
      state: 'sending' | 'sent' | 'refused' | 'unknown';
      attempt: number;
      /** @description the outside system's id of the message; ours where it gives none */
      messageId: string;
      /** @description the outside system's own words */
      response: string | null;
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      begunAt: string;
      /** Format: date-time */
      endedAt: string | null;
    };
    Signed: {
      payload: string;
      keyId: string;
      signature: string;
    };
    SigningKeys: {
      /** @description the public root key, which every subscriber pins; raw Ed25519, base64url */
      root: string;
      /** @description whether the root key lies where the platform finds it; it belongs offline */
      rootIsHere: boolean;
      current: {
        /** @description from the SHA-256 of the public key */
        keyId: string;
        /**
         * Format: date-time
         * @description RFC 3339, in UTC
         */
        notAfter: string;
      } | null;
      keys: {
        installation: string;
        /** @description from the SHA-256 of the public key */
        keyId: string;
        /** @description raw Ed25519, base64url */
        publicKey: string;
        /** @enum {string} */
        role: 'online' | 'operator';
        /**
         * Format: date-time
         * @description RFC 3339, in UTC
         */
        notBefore: string;
        /**
         * Format: date-time
         * @description RFC 3339, in UTC
         */
        notAfter: string;
        revoked: boolean;
      }[];
    };
    Source: {
      /** @description the kind of a source */
      kind: string;
      title: string;
      /**
       * @description whether the platform makes a connection's secret or the other system gives it
       * @enum {string}
       */
      secret: 'generated' | 'supplied';
      /** @description whether the other system wants a handshake token */
      handshake: boolean;
    };
    Status: {
      version: string;
      uptimeSeconds: number;
      /** @description what governs this process */
      governanceVersion: number;
      ready: boolean;
      checks: {
        name: string;
        ok: boolean;
        detail: string | null;
      }[];
      lanes: {
        total: number;
        waiting: number;
        parked: number;
        deadLetters: number;
      };
      evolution: {
        capability: string;
        title: string;
        driver: string;
        is: string;
        embedded: string;
        realised: string;
        proposed: string;
        change: string;
      }[];
    };
    SubscriberLoad: {
      subscriber: string;
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      since: string;
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      at: string;
      process: {
        /** @description share of one core */
        cpu: number;
        rssBytes: number;
        heapBytes: number;
        /** @description 99th percentile of the interval */
        eventLoopDelayMs: number;
      };
      queues: {
        queue: string;
        tenant: string | null;
        depth: number;
        /** @description the age of the oldest that waits, in milliseconds */
        oldestMs: number;
      }[];
      work: {
        work: string;
        tenant: string | null;
        done: number;
        failed: number;
        /** @description the sum of the durations, in milliseconds */
        busyMs: number;
        durations: {
          count: number;
          p50: number;
          p95: number;
          p99: number;
          max: number;
        };
      }[];
      /** @description who makes the load: shares of the busy time, the largest first, at most 20 */
      byTenant: {
        tenant: string | null;
        share: number;
      }[];
    };
    Tenant: {
      /** @description the id of a tenant */
      id: string;
      name: string;
      /**
       * @description of a suspended tenant deliveries are kept as unmatched, and nothing is routed
       * @enum {string}
       */
      status: 'active' | 'suspended';
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      createdAt: string;
      placements: {
        /** @description the id of a product */
        product: string;
        /** @description the id of a cluster */
        cluster: string;
      }[];
    };
    TenantChange: {
      name?: string;
      /**
       * @description of a suspended tenant deliveries are kept as unmatched, and nothing is routed
       * @enum {string}
       */
      status?: 'active' | 'suspended';
    };
    TenantErasure: {
      reason: string;
    };
    Unmatched: {
      delivery: string;
      connection: string;
      /** @description for example unreadable, unknown-event, unresolved, tenant-suspended */
      reason: string;
      detail: string;
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      at: string;
    };
    UnmatchedDiscardManyOrder: {
      /** @description the id of a connection */
      connection?: string;
      /** @description why they are unmatched, for example unresolved */
      why?: string;
      /** @description how many at most, the oldest first */
      limit: number;
      /** @description why; it is kept with the record of the action */
      reason: string;
    };
    UnmatchedDiscardOrder: {
      /** @description why; it is kept with the record of the action */
      reason: string;
    };
    UnmatchedDiscarded: {
      delivery: string;
    };
    UnmatchedReplay: {
      /** @description how many events found a place */
      placed: number;
      /** @description how many still have none */
      unmatched: number;
    };
    UnmatchedReplayOrder: {
      /** @description the id of a connection */
      connection?: string;
      reason?: string;
      /** @description how many at most, the oldest first */
      limit: number;
    };
    ValueType: {
      /** @enum {string} */
      type: 'boolean' | 'string' | 'number' | 'json';
      maxLength?: number;
      oneOf?: string[];
      minimum?: number;
      maximum?: number;
      integer?: boolean;
    };
    WorkMinute: {
      /**
       * Format: date-time
       * @description RFC 3339, in UTC
       */
      minute: string;
      work: string;
      done: number;
      failed: number;
    };
  };
  responses: {
    /** @description The request cannot be; `errors` names the places. */
    Problem400: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description The request brought no valid credential. */
    Problem401: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description The credential lacks the permission. */
    Problem403: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description There is no such thing. */
    Problem404: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description It contradicts what is there. */
    Problem409: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description What is there is not what If-Match or If-None-Match says. */
    Problem412: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description The body is larger than this operation takes. */
    Problem413: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description The body is not JSON. */
    Problem415: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description The Idempotency-Key belongs to another request. */
    Problem422: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description It cannot be done just now; Retry-After says when to ask again. */
    Problem503: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
  };
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type Alert = components['schemas']['Alert'];
export type AuditFinding = components['schemas']['AuditFinding'];
export type AuditVerification = components['schemas']['AuditVerification'];
export type BlastRadius = components['schemas']['BlastRadius'];
export type BulkResult = components['schemas']['BulkResult'];
export type Cluster = components['schemas']['Cluster'];
export type Config = components['schemas']['Config'];
export type ConfigurationChange = components['schemas']['ConfigurationChange'];
export type ConfigurationPreview = components['schemas']['ConfigurationPreview'];
export type Connection = components['schemas']['Connection'];
export type ConnectionChange = components['schemas']['ConnectionChange'];
export type DeadLetter = components['schemas']['DeadLetter'];
export type DeadLetterDone = components['schemas']['DeadLetterDone'];
export type Delivery = components['schemas']['Delivery'];
export type DetachOrder = components['schemas']['DetachOrder'];
export type Directive = components['schemas']['Directive'];
export type DirectiveOrder = components['schemas']['DirectiveOrder'];
export type DirectivePreviewOrder = components['schemas']['DirectivePreviewOrder'];
export type DirectiveRate = components['schemas']['DirectiveRate'];
export type DirectiveReceipt = components['schemas']['DirectiveReceipt'];
export type DirectiveReport = components['schemas']['DirectiveReport'];
export type DirectiveScope = components['schemas']['DirectiveScope'];
export type DiscardOrder = components['schemas']['DiscardOrder'];
export type Event = components['schemas']['Event'];
export type EventDetail = components['schemas']['EventDetail'];
export type EventRouting = components['schemas']['EventRouting'];
export type EventRoutingChoice = components['schemas']['EventRoutingChoice'];
export type ExplainedValue = components['schemas']['ExplainedValue'];
export type Flag = components['schemas']['Flag'];
export type FlagOrder = components['schemas']['FlagOrder'];
export type FlagPreviewOrder = components['schemas']['FlagPreviewOrder'];
export type FlagRule = components['schemas']['FlagRule'];
export type Fleet = components['schemas']['Fleet'];
export type FleetMember = components['schemas']['FleetMember'];
export type Flow = components['schemas']['Flow'];
export type FlowStep = components['schemas']['FlowStep'];
export type Invitation = components['schemas']['Invitation'];
export type InvitationOrder = components['schemas']['InvitationOrder'];
export type IssuedSecret = components['schemas']['IssuedSecret'];
export type Job = components['schemas']['Job'];
export type JobCancelled = components['schemas']['JobCancelled'];
export type JobDetail = components['schemas']['JobDetail'];
export type KeyCertificate = components['schemas']['KeyCertificate'];
export type KeyRevocation = components['schemas']['KeyRevocation'];
export type Lane = components['schemas']['Lane'];
export type LaneDetached = components['schemas']['LaneDetached'];
export type MapAndReplay = components['schemas']['MapAndReplay'];
export type Mapping = components['schemas']['Mapping'];
export type Moment = components['schemas']['Moment'];
export type NewConnection = components['schemas']['NewConnection'];
export type NewTenant = components['schemas']['NewTenant'];
export type OperatorKey = components['schemas']['OperatorKey'];
export type Parameter = components['schemas']['Parameter'];
export type ParameterPreviewOrder = components['schemas']['ParameterPreviewOrder'];
export type ParameterSetting = components['schemas']['ParameterSetting'];
export type ParameterValue = components['schemas']['ParameterValue'];
export type Placement = components['schemas']['Placement'];
export type PlacementTarget = components['schemas']['PlacementTarget'];
export type Problem = components['schemas']['Problem'];
export type Product = components['schemas']['Product'];
export type Reason = components['schemas']['Reason'];
export type RecordState = components['schemas']['RecordState'];
export type Recovered = components['schemas']['Recovered'];
export type RedriveOrder = components['schemas']['RedriveOrder'];
export type Replay = components['schemas']['Replay'];
export type ReplayCancelOrder = components['schemas']['ReplayCancelOrder'];
export type ReplayOrder = components['schemas']['ReplayOrder'];
export type ReplayPreview = components['schemas']['ReplayPreview'];
export type ReplayPreviewOrder = components['schemas']['ReplayPreviewOrder'];
export type ReplaySelection = components['schemas']['ReplaySelection'];
export type ReplayTarget = components['schemas']['ReplayTarget'];
export type ResolverEntry = components['schemas']['ResolverEntry'];
export type ResolverTarget = components['schemas']['ResolverTarget'];
export type ResumeOrder = components['schemas']['ResumeOrder'];
export type RollbackOrder = components['schemas']['RollbackOrder'];
export type Rotation = components['schemas']['Rotation'];
export type Schedule = components['schemas']['Schedule'];
export type ScheduleOrder = components['schemas']['ScheduleOrder'];
export type SealedEntry = components['schemas']['SealedEntry'];
export type SentMessage = components['schemas']['SentMessage'];
export type Signed = components['schemas']['Signed'];
export type SigningKeys = components['schemas']['SigningKeys'];
export type Source = components['schemas']['Source'];
export type Status = components['schemas']['Status'];
export type SubscriberLoad = components['schemas']['SubscriberLoad'];
export type Tenant = components['schemas']['Tenant'];
export type TenantChange = components['schemas']['TenantChange'];
export type TenantErasure = components['schemas']['TenantErasure'];
export type Unmatched = components['schemas']['Unmatched'];
export type UnmatchedDiscardManyOrder = components['schemas']['UnmatchedDiscardManyOrder'];
export type UnmatchedDiscardOrder = components['schemas']['UnmatchedDiscardOrder'];
export type UnmatchedDiscarded = components['schemas']['UnmatchedDiscarded'];
export type UnmatchedReplay = components['schemas']['UnmatchedReplay'];
export type UnmatchedReplayOrder = components['schemas']['UnmatchedReplayOrder'];
export type ValueType = components['schemas']['ValueType'];
export type WorkMinute = components['schemas']['WorkMinute'];
export type ResponseProblem400 = components['responses']['Problem400'];
export type ResponseProblem401 = components['responses']['Problem401'];
export type ResponseProblem403 = components['responses']['Problem403'];
export type ResponseProblem404 = components['responses']['Problem404'];
export type ResponseProblem409 = components['responses']['Problem409'];
export type ResponseProblem412 = components['responses']['Problem412'];
export type ResponseProblem413 = components['responses']['Problem413'];
export type ResponseProblem415 = components['responses']['Problem415'];
export type ResponseProblem422 = components['responses']['Problem422'];
export type ResponseProblem503 = components['responses']['Problem503'];
export type $defs = Record<string, never>;
export interface operations {
  getStatus: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "version": "0.1.0",
           *       "uptimeSeconds": 3600,
           *       "governanceVersion": 12,
           *       "ready": true,
           *       "checks": [
           *         {
           *           "name": "database",
           *           "ok": true,
           *           "detail": null
           *         }
           *       ],
           *       "lanes": {
           *         "total": 3,
           *         "waiting": 0,
           *         "parked": 0,
           *         "deadLetters": 1
           *       },
           *       "evolution": []
           *     }
           */
          'application/json': components['schemas']['Status'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      503: components['responses']['Problem503'];
    };
  };
  getConfig: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "host": "127.0.0.1",
           *       "port": 8080,
           *       "databaseUrl": null
           *     }
           */
          'application/json': components['schemas']['Config'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      503: components['responses']['Problem503'];
    };
  };
  getEventRouting: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "transport": "bullmq",
           *       "changedAt": "2026-11-23T08:00:00.000Z",
           *       "settled": true,
           *       "dispatchers": [
           *         {
           *           "node": "product-1",
           *           "transport": "bullmq",
           *           "carries": [
           *             "direct",
           *             "bullmq"
           *           ],
           *           "hosts": [
           *             "nudge-standard"
           *           ]
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['EventRouting'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      503: components['responses']['Problem503'];
    };
  };
  chooseEventRouting: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "transport": "bullmq",
         *       "reason": "Product servers get machines of their own."
         *     }
         */
        'application/json': components['schemas']['EventRoutingChoice'];
      };
    };
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description `true` where an earlier answer is repeated */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "transport": "bullmq",
           *       "changedAt": "2026-11-23T08:00:00.000Z",
           *       "settled": true,
           *       "dispatchers": [
           *         {
           *           "node": "product-1",
           *           "transport": "bullmq",
           *           "carries": [
           *             "direct",
           *             "bullmq"
           *           ],
           *           "hosts": [
           *             "nudge-standard"
           *           ]
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['EventRouting'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      409: components['responses']['Problem409'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  getRecord: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "bytes": 1468006400,
           *       "bound": 21474836480,
           *       "measuredAt": "2026-11-02T09:30:00.000Z",
           *       "events": 1000000,
           *       "deliveries": 250000,
           *       "bytesPerEvent": 1468,
           *       "keptSince": "2026-08-04T00:00:00.000Z",
           *       "keepDays": 90,
           *       "unmatchedDays": 90,
           *       "digestDays": 45,
           *       "nextDropAt": "2026-11-13T06:00:00.000Z",
           *       "slices": [
           *         {
           *           "number": 7,
           *           "beganAt": "2026-08-04T00:00:00.000Z"
           *         }
           *       ],
           *       "tables": [
           *         {
           *           "name": "event",
           *           "bytes": 1101004800,
           *           "rows": 1000000,
           *           "bytesPerEvent": 1101
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['RecordState'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      503: components['responses']['Problem503'];
    };
  };
  followChanges: {
    parameters: {
      query?: never;
      header?: {
        /** @description the id of the last event that was seen */
        'Last-Event-ID'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example retry: 1000
           *     id: 12
           *     event: ready
           *     data: {"version":12}
           *
           *     id: 13
           *     event: change
           *     data: {"resource":"tenants","id":"arbor-construction","version":13}
           *
           *     event: change
           *     data: {"resource":"lanes","id":"arbor-construction/nudge","version":null}
           */
          'text/event-stream': string;
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      503: components['responses']['Problem503'];
    };
  };
  listTenants: {
    parameters: {
      query?: {
        /**
         * @description how many at most; 50 by default
         * @example 20
         */
        limit?: number;
        /** @description the `next` of the page before */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "id": "arbor-construction",
           *           "name": "Arbor Construction",
           *           "status": "active",
           *           "createdAt": "2026-11-02T09:30:00.000Z",
           *           "placements": [
           *             {
           *               "product": "nudge",
           *               "cluster": "nudge-standard"
           *             }
           *           ]
           *         }
           *       ],
           *       "next": null
           *     }
           */
          'application/json': {
            items: components['schemas']['Tenant'][];
            /** @description the cursor of the next page; null on the last */
            next: string | null;
          };
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      503: components['responses']['Problem503'];
    };
  };
  createTenant: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "id": "meridian-rail",
         *       "name": "Meridian Rail"
         *     }
         */
        'application/json': components['schemas']['NewTenant'];
      };
    };
    responses: {
      /** @description It was made. */
      201: {
        headers: {
          /** @description the version of what is shown */
          ETag?: string;
          /** @description the path of what was made */
          Location?: string;
          /** @description `true` where an earlier answer is repeated */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "meridian-rail",
           *       "name": "Meridian Rail",
           *       "status": "active",
           *       "createdAt": "2026-11-02T09:30:00.000Z",
           *       "placements": []
           *     }
           */
          'application/json': components['schemas']['Tenant'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      409: components['responses']['Problem409'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  getTenant: {
    parameters: {
      query?: never;
      header?: {
        /** @description the ETag that is known; where it still holds, the answer is 304 */
        'If-None-Match'?: string;
      };
      path: {
        /**
         * @description the id of a tenant
         * @example arbor-construction
         */
        tenant: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description the version of what is shown */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "arbor-construction",
           *       "name": "Arbor Construction",
           *       "status": "active",
           *       "createdAt": "2026-11-02T09:30:00.000Z",
           *       "placements": [
           *         {
           *           "product": "nudge",
           *           "cluster": "nudge-standard"
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['Tenant'];
        };
      };
      /** @description It is as If-None-Match says. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      503: components['responses']['Problem503'];
    };
  };
  updateTenant: {
    parameters: {
      query?: never;
      header?: {
        /** @description the ETag of what is to be changed, or *; where it is something else by now, the answer is 412 */
        'If-Match'?: string;
      };
      path: {
        /**
         * @description the id of a tenant
         * @example arbor-construction
         */
        tenant: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "name": "Arbor Construction Ltd"
         *     }
         */
        'application/json': components['schemas']['TenantChange'];
      };
    };
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description the version of what is shown */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "arbor-construction",
           *       "name": "Arbor Construction Ltd",
           *       "status": "active",
           *       "createdAt": "2026-11-02T09:30:00.000Z",
           *       "placements": [
           *         {
           *           "product": "nudge",
           *           "cluster": "nudge-standard"
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['Tenant'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      412: components['responses']['Problem412'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      503: components['responses']['Problem503'];
    };
  };
  eraseTenant: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path: {
        /**
         * @description the id of a tenant
         * @example quarry-works
         */
        tenant: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "reason": "Their contract ended; they asked for it."
         *     }
         */
        'application/json': components['schemas']['TenantErasure'];
      };
    };
    responses: {
      /** @description The key is destroyed, or was before. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  listPlacements: {
    parameters: {
      query?: {
        /**
         * @description how many at most; 50 by default
         * @example 20
         */
        limit?: number;
        /** @description the `next` of the page before */
        cursor?: string;
      };
      header?: never;
      path: {
        /**
         * @description the id of a tenant
         * @example arbor-construction
         */
        tenant: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "tenant": "arbor-construction",
           *           "product": "nudge",
           *           "cluster": "nudge-standard"
           *         }
           *       ],
           *       "next": null
           *     }
           */
          'application/json': {
            items: components['schemas']['Placement'][];
            /** @description the cursor of the next page; null on the last */
            next: string | null;
          };
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      503: components['responses']['Problem503'];
    };
  };
  getPlacement: {
    parameters: {
      query?: never;
      header?: {
        /** @description the ETag that is known; where it still holds, the answer is 304 */
        'If-None-Match'?: string;
      };
      path: {
        /**
         * @description the id of a tenant
         * @example arbor-construction
         */
        tenant: string;
        /**
         * @description the id of a product
         * @example nudge
         */
        product: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description the version of what is shown */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "tenant": "arbor-construction",
           *       "product": "nudge",
           *       "cluster": "nudge-standard"
           *     }
           */
          'application/json': components['schemas']['Placement'];
        };
      };
      /** @description It is as If-None-Match says. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      503: components['responses']['Problem503'];
    };
  };
  putPlacement: {
    parameters: {
      query?: never;
      header?: {
        /** @description the ETag of what is to be changed, or *; where it is something else by now, the answer is 412 */
        'If-Match'?: string;
      };
      path: {
        /**
         * @description the id of a tenant
         * @example arbor-construction
         */
        tenant: string;
        /**
         * @description the id of a product
         * @example pulse
         */
        product: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "cluster": "pulse-standard"
         *     }
         */
        'application/json': components['schemas']['PlacementTarget'];
      };
    };
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description the version of what is shown */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "tenant": "arbor-construction",
           *       "product": "pulse",
           *       "cluster": "pulse-standard"
           *     }
           */
          'application/json': components['schemas']['Placement'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      412: components['responses']['Problem412'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      503: components['responses']['Problem503'];
    };
  };
  deletePlacement: {
    parameters: {
      query?: never;
      header?: {
        /** @description the ETag of what is to be changed, or *; where it is something else by now, the answer is 412 */
        'If-Match'?: string;
      };
      path: {
        /**
         * @description the id of a tenant
         * @example castellan-towers
         */
        tenant: string;
        /**
         * @description the id of a product
         * @example nudge
         */
        product: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is gone. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      412: components['responses']['Problem412'];
      503: components['responses']['Problem503'];
    };
  };
  listResolverEntries: {
    parameters: {
      query?: {
        /**
         * @description how many at most; 50 by default
         * @example 20
         */
        limit?: number;
        /** @description the `next` of the page before */
        cursor?: string;
      };
      header?: never;
      path: {
        /**
         * @description the id of a tenant
         * @example arbor-construction
         */
        tenant: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "system": "autodesk",
           *           "kind": "project",
           *           "externalId": "6f1d2c58-9a30-4c7e-8b52-3de0a1f4c901",
           *           "project": "riverside-school",
           *           "region": "EMEA",
           *           "product": null
           *         }
           *       ],
           *       "next": null
           *     }
           */
          'application/json': {
            items: components['schemas']['ResolverEntry'][];
            /** @description the cursor of the next page; null on the last */
            next: string | null;
          };
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      503: components['responses']['Problem503'];
    };
  };
  getResolverEntry: {
    parameters: {
      query: {
        /**
         * @description the external system, for example autodesk
         * @example autodesk
         */
        system: string;
        /**
         * @description the system's word for what the id names, for example project
         * @example project
         */
        kind: string;
        /**
         * @description the id, as the system writes it
         * @example 6f1d2c58-9a30-4c7e-8b52-3de0a1f4c901
         */
        externalId: string;
      };
      header?: {
        /** @description the ETag that is known; where it still holds, the answer is 304 */
        'If-None-Match'?: string;
      };
      path: {
        /**
         * @description the id of a tenant
         * @example arbor-construction
         */
        tenant: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description the version of what is shown */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "system": "autodesk",
           *       "kind": "project",
           *       "externalId": "6f1d2c58-9a30-4c7e-8b52-3de0a1f4c901",
           *       "project": "riverside-school",
           *       "region": "EMEA",
           *       "product": null
           *     }
           */
          'application/json': components['schemas']['ResolverEntry'];
        };
      };
      /** @description It is as If-None-Match says. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      503: components['responses']['Problem503'];
    };
  };
  putResolverEntry: {
    parameters: {
      query: {
        /**
         * @description the external system, for example autodesk
         * @example autodesk
         */
        system: string;
        /**
         * @description the system's word for what the id names, for example project
         * @example project
         */
        kind: string;
        /**
         * @description the id, as the system writes it
         * @example 6f1d2c58-9a30-4c7e-8b52-3de0a1f4c901
         */
        externalId: string;
      };
      header?: {
        /** @description the ETag of what is to be changed, or *; where it is something else by now, the answer is 412 */
        'If-Match'?: string;
      };
      path: {
        /**
         * @description the id of a tenant
         * @example arbor-construction
         */
        tenant: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "project": "riverside-school",
         *       "region": "EMEA"
         *     }
         */
        'application/json': components['schemas']['ResolverTarget'];
      };
    };
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description the version of what is shown */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "system": "autodesk",
           *       "kind": "project",
           *       "externalId": "6f1d2c58-9a30-4c7e-8b52-3de0a1f4c901",
           *       "project": "riverside-school",
           *       "region": "EMEA",
           *       "product": null
           *     }
           */
          'application/json': components['schemas']['ResolverEntry'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      412: components['responses']['Problem412'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      503: components['responses']['Problem503'];
    };
  };
  deleteResolverEntry: {
    parameters: {
      query: {
        /**
         * @description the external system, for example autodesk
         * @example autodesk
         */
        system: string;
        /**
         * @description the system's word for what the id names, for example project
         * @example hub
         */
        kind: string;
        /**
         * @description the id, as the system writes it
         * @example b.0b9e7f34
         */
        externalId: string;
      };
      header?: {
        /** @description the ETag of what is to be changed, or *; where it is something else by now, the answer is 412 */
        'If-Match'?: string;
      };
      path: {
        /**
         * @description the id of a tenant
         * @example arbor-construction
         */
        tenant: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is gone. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      412: components['responses']['Problem412'];
      503: components['responses']['Problem503'];
    };
  };
  listClusters: {
    parameters: {
      query?: {
        /**
         * @description how many at most; 50 by default
         * @example 20
         */
        limit?: number;
        /** @description the `next` of the page before */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "id": "nudge-standard",
           *           "product": "nudge",
           *           "tier": "standard"
           *         }
           *       ],
           *       "next": null
           *     }
           */
          'application/json': {
            items: components['schemas']['Cluster'][];
            /** @description the cursor of the next page; null on the last */
            next: string | null;
          };
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      503: components['responses']['Problem503'];
    };
  };
  getCluster: {
    parameters: {
      query?: never;
      header?: {
        /** @description the ETag that is known; where it still holds, the answer is 304 */
        'If-None-Match'?: string;
      };
      path: {
        /**
         * @description the id of a cluster
         * @example nudge-standard
         */
        cluster: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description the version of what is shown */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "nudge-standard",
           *       "product": "nudge",
           *       "tier": "standard"
           *     }
           */
          'application/json': components['schemas']['Cluster'];
        };
      };
      /** @description It is as If-None-Match says. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      503: components['responses']['Problem503'];
    };
  };
  listProducts: {
    parameters: {
      query?: {
        /**
         * @description how many at most; 50 by default
         * @example 20
         */
        limit?: number;
        /** @description the `next` of the page before */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "id": "nudge",
           *           "title": "Nudge",
           *           "subscriptions": [
           *             "document.*"
           *           ],
           *           "filters": {
           *             "document.*": "event.data.size > 1000"
           *           }
           *         }
           *       ],
           *       "next": null
           *     }
           */
          'application/json': {
            items: components['schemas']['Product'][];
            /** @description the cursor of the next page; null on the last */
            next: string | null;
          };
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      503: components['responses']['Problem503'];
    };
  };
  listSources: {
    parameters: {
      query?: {
        /**
         * @description how many at most; 50 by default
         * @example 20
         */
        limit?: number;
        /** @description the `next` of the page before */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "kind": "autodesk",
           *           "title": "Autodesk Platform Services",
           *           "secret": "generated",
           *           "handshake": false
           *         }
           *       ],
           *       "next": null
           *     }
           */
          'application/json': {
            items: components['schemas']['Source'][];
            /** @description the cursor of the next page; null on the last */
            next: string | null;
          };
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      503: components['responses']['Problem503'];
    };
  };
  listConnections: {
    parameters: {
      query?: {
        /**
         * @description how many at most; 50 by default
         * @example 20
         */
        limit?: number;
        /** @description the `next` of the page before */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "id": "autodesk",
           *           "source": "autodesk",
           *           "tenant": null,
           *           "enabled": true,
           *           "createdAt": "2026-11-02T09:30:00.000Z",
           *           "secrets": [
           *             {
           *               "createdAt": "2026-11-02T09:30:00.000Z",
           *               "expiresAt": null
           *             }
           *           ]
           *         }
           *       ],
           *       "next": null
           *     }
           */
          'application/json': {
            items: components['schemas']['Connection'][];
            /** @description the cursor of the next page; null on the last */
            next: string | null;
          };
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      503: components['responses']['Problem503'];
    };
  };
  createConnection: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "id": "autodesk-emea",
         *       "source": "autodesk",
         *       "tenant": "arbor-construction"
         *     }
         */
        'application/json': components['schemas']['NewConnection'];
      };
    };
    responses: {
      /** @description It was made. */
      201: {
        headers: {
          /** @description the version of what is shown */
          ETag?: string;
          /** @description the path of what was made */
          Location?: string;
          /** @description `true` where an earlier answer is repeated */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "connection": {
           *         "id": "autodesk-emea",
           *         "source": "autodesk",
           *         "tenant": "arbor-construction",
           *         "enabled": true,
           *         "createdAt": "2026-11-02T09:30:00.000Z",
           *         "secrets": [
           *           {
           *             "createdAt": "2026-11-02T09:30:00.000Z",
           *             "expiresAt": null
           *           }
           *         ]
           *       },
           *       "secret": "q7VtC2mXz9bKd4RfYh1LwNs8GjPe3UaT",
           *       "handshakeToken": null,
           *       "callbackPath": "/hooks/autodesk-emea"
           *     }
           */
          'application/json': components['schemas']['IssuedSecret'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  getConnection: {
    parameters: {
      query?: never;
      header?: {
        /** @description the ETag that is known; where it still holds, the answer is 304 */
        'If-None-Match'?: string;
      };
      path: {
        /**
         * @description the id of a connection
         * @example autodesk
         */
        connection: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description the version of what is shown */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "autodesk",
           *       "source": "autodesk",
           *       "tenant": null,
           *       "enabled": true,
           *       "createdAt": "2026-11-02T09:30:00.000Z",
           *       "secrets": [
           *         {
           *           "createdAt": "2026-11-02T09:30:00.000Z",
           *           "expiresAt": null
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['Connection'];
        };
      };
      /** @description It is as If-None-Match says. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      503: components['responses']['Problem503'];
    };
  };
  deleteConnection: {
    parameters: {
      query?: never;
      header?: {
        /** @description the ETag of what is to be changed, or *; where it is something else by now, the answer is 412 */
        'If-Match'?: string;
      };
      path: {
        /**
         * @description the id of a connection
         * @example autodesk-retired
         */
        connection: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is gone. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      412: components['responses']['Problem412'];
      503: components['responses']['Problem503'];
    };
  };
  updateConnection: {
    parameters: {
      query?: never;
      header?: {
        /** @description the ETag of what is to be changed, or *; where it is something else by now, the answer is 412 */
        'If-Match'?: string;
      };
      path: {
        /**
         * @description the id of a connection
         * @example autodesk
         */
        connection: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "enabled": true
         *     }
         */
        'application/json': components['schemas']['ConnectionChange'];
      };
    };
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description the version of what is shown */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "autodesk",
           *       "source": "autodesk",
           *       "tenant": null,
           *       "enabled": true,
           *       "createdAt": "2026-11-02T09:30:00.000Z",
           *       "secrets": [
           *         {
           *           "createdAt": "2026-11-02T09:30:00.000Z",
           *           "expiresAt": null
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['Connection'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      412: components['responses']['Problem412'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      503: components['responses']['Problem503'];
    };
  };
  rotateConnectionSecret: {
    parameters: {
      query?: never;
      header?: {
        /** @description the ETag of what is to be changed, or *; where it is something else by now, the answer is 412 */
        'If-Match'?: string;
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path: {
        /**
         * @description the id of a connection
         * @example autodesk
         */
        connection: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "graceSeconds": 3600
         *     }
         */
        'application/json': components['schemas']['Rotation'];
      };
    };
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description the version of what is shown */
          ETag?: string;
          /** @description `true` where an earlier answer is repeated */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "connection": {
           *         "id": "autodesk",
           *         "source": "autodesk",
           *         "tenant": null,
           *         "enabled": true,
           *         "createdAt": "2026-11-02T09:30:00.000Z",
           *         "secrets": [
           *           {
           *             "createdAt": "2026-11-02T09:30:00.000Z",
           *             "expiresAt": null
           *           }
           *         ]
           *       },
           *       "secret": "q7VtC2mXz9bKd4RfYh1LwNs8GjPe3UaT",
           *       "handshakeToken": null,
           *       "callbackPath": "/hooks/autodesk"
           *     }
           */
          'application/json': components['schemas']['IssuedSecret'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      412: components['responses']['Problem412'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  endOlderConnectionSecret: {
    parameters: {
      query?: never;
      header?: {
        /** @description the ETag of what is to be changed, or *; where it is something else by now, the answer is 412 */
        'If-Match'?: string;
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path: {
        /**
         * @description the id of a connection
         * @example autodesk
         */
        connection: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description the version of what is shown */
          ETag?: string;
          /** @description `true` where an earlier answer is repeated */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "autodesk",
           *       "source": "autodesk",
           *       "tenant": null,
           *       "enabled": true,
           *       "createdAt": "2026-11-02T09:30:00.000Z",
           *       "secrets": [
           *         {
           *           "createdAt": "2026-11-02T09:30:00.000Z",
           *           "expiresAt": null
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['Connection'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      412: components['responses']['Problem412'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  listConnectionDeliveries: {
    parameters: {
      query?: {
        /**
         * @description how many at most; 50 by default
         * @example 20
         */
        limit?: number;
        /** @description the `next` of the page before */
        cursor?: string;
      };
      header?: never;
      path: {
        /**
         * @description the id of a connection
         * @example autodesk
         */
        connection: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "id": "019a4c1e-7d52-7c3a-9a41-5f0e6b2d8c10",
           *           "connection": "autodesk",
           *           "bytes": 812,
           *           "receivedAt": "2026-11-02T09:30:00.000Z",
           *           "routed": true,
           *           "events": 1,
           *           "unmatched": 0
           *         }
           *       ],
           *       "next": null
           *     }
           */
          'application/json': {
            items: components['schemas']['Delivery'][];
            /** @description the cursor of the next page; null on the last */
            next: string | null;
          };
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      503: components['responses']['Problem503'];
    };
  };
  searchEvents: {
    parameters: {
      query?: {
        /**
         * @description how many at most; 50 by default
         * @example 20
         */
        limit?: number;
        /** @description the `next` of the page before */
        cursor?: string;
        /**
         * @description the id of a tenant
         * @example arbor-construction
         */
        tenant?: string;
        /**
         * @description an event type, or a prefix of types that ends in `.*`
         * @example document.*
         */
        type?: string;
        subject?: string;
        /**
         * @description routed at or after this time
         * @example 2026-11-01T00:00:00Z
         */
        from?: string;
        /** @description routed before this time */
        to?: string;
        /**
         * @description is looked for in the data; case does not matter
         * @example level 3
         */
        text?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "id": "019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71",
           *           "flow": "019a4c1e-7d52-7c3a-9a41-5f0e6b2d8c10",
           *           "type": "document.version.added",
           *           "source": "autodesk",
           *           "subject": "urn:adsk.wipprod:dm.lineage:x1",
           *           "tenant": "arbor-construction",
           *           "project": "riverside-school",
           *           "time": "2026-11-02T09:30:00.000Z",
           *           "acceptedAt": "2026-11-02T09:30:00.000Z"
           *         }
           *       ],
           *       "next": null
           *     }
           */
          'application/json': {
            items: components['schemas']['Event'][];
            /** @description the cursor of the next page; null on the last */
            next: string | null;
          };
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      503: components['responses']['Problem503'];
    };
  };
  getEvent: {
    parameters: {
      query?: never;
      header?: {
        /** @description the ETag that is known; where it still holds, the answer is 304 */
        'If-None-Match'?: string;
      };
      path: {
        /** @example 019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71 */
        event: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description the version of what is shown */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71",
           *       "flow": "019a4c1e-7d52-7c3a-9a41-5f0e6b2d8c10",
           *       "type": "document.version.added",
           *       "source": "autodesk",
           *       "subject": "urn:adsk.wipprod:dm.lineage:x1",
           *       "tenant": "arbor-construction",
           *       "project": "riverside-school",
           *       "time": "2026-11-02T09:30:00.000Z",
           *       "acceptedAt": "2026-11-02T09:30:00.000Z",
           *       "region": "EMEA",
           *       "cause": null,
           *       "replayOf": null,
           *       "hop": 0,
           *       "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
           *       "data": {
           *         "name": "Level 3 - Structural plan.dwg",
           *         "version": 7
           *       }
           *     }
           */
          'application/json': components['schemas']['EventDetail'];
        };
      };
      /** @description It is as If-None-Match says. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      503: components['responses']['Problem503'];
    };
  };
  getFlow: {
    parameters: {
      query?: never;
      header?: {
        /** @description the ETag that is known; where it still holds, the answer is 304 */
        'If-None-Match'?: string;
      };
      path: {
        /** @example 019a4c1e-7d52-7c3a-9a41-5f0e6b2d8c10 */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description the version of what is shown */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "019a4c1e-7d52-7c3a-9a41-5f0e6b2d8c10",
           *       "settled": true,
           *       "steps": [
           *         {
           *           "step": "accepted",
           *           "at": "2026-11-02T09:30:00.000Z",
           *           "delivery": "019a4c1e-7d52-7c3a-9a41-5f0e6b2d8c10",
           *           "connection": "autodesk",
           *           "bytes": 812
           *         },
           *         {
           *           "step": "normalised",
           *           "at": "2026-11-02T09:30:00.000Z",
           *           "event": "019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71",
           *           "type": "document.version.added",
           *           "subject": "urn:adsk.wipprod:dm.lineage:x1"
           *         },
           *         {
           *           "step": "resolved",
           *           "at": "2026-11-02T09:30:00.000Z",
           *           "event": "019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71",
           *           "tenant": "arbor-construction",
           *           "project": "riverside-school"
           *         },
           *         {
           *           "step": "routed",
           *           "at": "2026-11-02T09:30:00.000Z",
           *           "event": "019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71",
           *           "lane": "arbor-construction/nudge",
           *           "cluster": "nudge-standard",
           *           "product": "nudge"
           *         },
           *         {
           *           "step": "handled",
           *           "at": "2026-11-02T09:30:00.000Z",
           *           "event": "019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71",
           *           "lane": "arbor-construction/nudge",
           *           "attempts": 1
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['Flow'];
        };
      };
      /** @description It is as If-None-Match says. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      503: components['responses']['Problem503'];
    };
  };
  listUnmatched: {
    parameters: {
      query?: {
        /**
         * @description how many at most; 50 by default
         * @example 20
         */
        limit?: number;
        /** @description the `next` of the page before */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "delivery": "019a4c1e-7d52-7c3a-9a41-5f0e6b2d8c10",
           *           "connection": "autodesk",
           *           "reason": "unresolved",
           *           "detail": "no entry for autodesk project b.7a1d",
           *           "at": "2026-11-02T09:30:00.000Z"
           *         }
           *       ],
           *       "next": null
           *     }
           */
          'application/json': {
            items: components['schemas']['Unmatched'][];
            /** @description the cursor of the next page; null on the last */
            next: string | null;
          };
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      503: components['responses']['Problem503'];
    };
  };
  replayManyUnmatched: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "connection": "autodesk",
         *       "reason": "unresolved",
         *       "limit": 100
         *     }
         */
        'application/json': components['schemas']['UnmatchedReplayOrder'];
      };
    };
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description `true` where an earlier answer is repeated */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "changed": 1,
           *       "more": false
           *     }
           */
          'application/json': components['schemas']['BulkResult'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      409: components['responses']['Problem409'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  replayUnmatched: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path: {
        /** @example 019a4c1e-7d52-7c3a-9a41-5f0e6b2d8c10 */
        delivery: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description `true` where an earlier answer is repeated */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "placed": 1,
           *       "unmatched": 0
           *     }
           */
          'application/json': components['schemas']['UnmatchedReplay'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  discardManyUnmatched: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "connection": "autodesk",
         *       "why": "unresolved",
         *       "limit": 100,
         *       "reason": "A test of theirs."
         *     }
         */
        'application/json': components['schemas']['UnmatchedDiscardManyOrder'];
      };
    };
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description `true` where an earlier answer is repeated */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "changed": 1,
           *       "more": false
           *     }
           */
          'application/json': components['schemas']['BulkResult'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      409: components['responses']['Problem409'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  discardUnmatched: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path: {
        /** @example 019a4c1e-7d52-7c3a-9a41-5f0e6b2d8c10 */
        delivery: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "reason": "A test of theirs."
         *     }
         */
        'application/json': components['schemas']['UnmatchedDiscardOrder'];
      };
    };
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description `true` where an earlier answer is repeated */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "delivery": "019a4c1e-7d52-7c3a-9a41-5f0e6b2d8c10"
           *     }
           */
          'application/json': components['schemas']['UnmatchedDiscarded'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  mapUnmatched: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path: {
        /** @example 019a4c1e-7d52-7c3a-9a41-5f0e6b2d8c10 */
        delivery: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "tenant": "arbor-construction",
         *       "system": "autodesk",
         *       "kind": "project",
         *       "externalId": "b.7a1d",
         *       "project": "depot"
         *     }
         */
        'application/json': components['schemas']['Mapping'];
      };
    };
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description `true` where an earlier answer is repeated */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "entry": {
           *         "system": "autodesk",
           *         "kind": "project",
           *         "externalId": "b.7a1d",
           *         "project": "depot",
           *         "region": null,
           *         "product": null
           *       },
           *       "placed": 1,
           *       "unmatched": 0
           *     }
           */
          'application/json': components['schemas']['MapAndReplay'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  previewReplay: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "selection": {
         *         "from": "2026-11-02T00:00:00Z",
         *         "to": "2026-11-03T00:00:00Z",
         *         "tenant": "arbor-construction",
         *         "type": "document.*"
         *       },
         *       "target": {
         *         "product": "nudge"
         *       }
         *     }
         */
        'application/json': components['schemas']['ReplayPreviewOrder'];
      };
    };
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description `true` where an earlier answer is repeated */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "events": 3057,
           *       "unplaced": 0,
           *       "byType": [
           *         {
           *           "type": "document.version.added",
           *           "events": 3057
           *         }
           *       ],
           *       "byLane": [
           *         {
           *           "lane": "arbor-construction/nudge",
           *           "events": 3057
           *         }
           *       ],
           *       "sample": [
           *         {
           *           "id": "019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71",
           *           "flow": "019a4c1e-7d52-7c3a-9a41-5f0e6b2d8c10",
           *           "type": "document.version.added",
           *           "source": "/autodesk",
           *           "subject": "Level 3 - Structural plan.dwg",
           *           "tenant": "arbor-construction",
           *           "project": "harbour-tower",
           *           "time": "2026-11-02T09:30:00.000Z",
           *           "acceptedAt": "2026-11-02T09:30:00.412Z"
           *         }
           *       ],
           *       "complete": true
           *     }
           */
          'application/json': components['schemas']['ReplayPreview'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      409: components['responses']['Problem409'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  listReplays: {
    parameters: {
      query?: {
        /**
         * @description how many at most; 50 by default
         * @example 20
         */
        limit?: number;
        /** @description the `next` of the page before */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "id": "019a4c1e-8a10-7d31-9f00-2b7c6d5e4f31",
           *           "state": "running",
           *           "selection": {
           *             "from": "2026-11-02T00:00:00Z",
           *             "to": "2026-11-03T00:00:00Z",
           *             "tenant": "arbor-construction",
           *             "type": "document.*"
           *           },
           *           "target": {
           *             "product": "nudge"
           *           },
           *           "reason": "The rules were wrong on Monday.",
           *           "perSecond": 1000,
           *           "progress": 0.42,
           *           "replayed": 1284,
           *           "unplaced": 0,
           *           "startedAt": "2026-11-04T08:00:00.000Z",
           *           "endedAt": null,
           *           "error": null
           *         }
           *       ],
           *       "next": null
           *     }
           */
          'application/json': {
            items: components['schemas']['Replay'][];
            /** @description the cursor of the next page; null on the last */
            next: string | null;
          };
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      503: components['responses']['Problem503'];
    };
  };
  startReplay: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "selection": {
         *         "from": "2026-11-02T00:00:00Z",
         *         "to": "2026-11-03T00:00:00Z",
         *         "tenant": "arbor-construction",
         *         "type": "document.*"
         *       },
         *       "target": {
         *         "product": "nudge"
         *       },
         *       "reason": "The rules were wrong on Monday."
         *     }
         */
        'application/json': components['schemas']['ReplayOrder'];
      };
    };
    responses: {
      /** @description It was made. */
      201: {
        headers: {
          /** @description the version of what is shown */
          ETag?: string;
          /** @description the path of what was made */
          Location?: string;
          /** @description `true` where an earlier answer is repeated */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "019a4c1e-8a10-7d31-9f00-2b7c6d5e4f31",
           *       "state": "running",
           *       "selection": {
           *         "from": "2026-11-02T00:00:00Z",
           *         "to": "2026-11-03T00:00:00Z",
           *         "tenant": "arbor-construction",
           *         "type": "document.*"
           *       },
           *       "target": {
           *         "product": "nudge"
           *       },
           *       "reason": "The rules were wrong on Monday.",
           *       "perSecond": 1000,
           *       "progress": 0.42,
           *       "replayed": 1284,
           *       "unplaced": 0,
           *       "startedAt": "2026-11-04T08:00:00.000Z",
           *       "endedAt": null,
           *       "error": null
           *     }
           */
          'application/json': components['schemas']['Replay'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      409: components['responses']['Problem409'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  getReplay: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @example 019a4c1e-8a10-7d31-9f00-2b7c6d5e4f31 */
        replay: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "019a4c1e-8a10-7d31-9f00-2b7c6d5e4f31",
           *       "state": "running",
           *       "selection": {
           *         "from": "2026-11-02T00:00:00Z",
           *         "to": "2026-11-03T00:00:00Z",
           *         "tenant": "arbor-construction",
           *         "type": "document.*"
           *       },
           *       "target": {
           *         "product": "nudge"
           *       },
           *       "reason": "The rules were wrong on Monday.",
           *       "perSecond": 1000,
           *       "progress": 0.42,
           *       "replayed": 1284,
           *       "unplaced": 0,
           *       "startedAt": "2026-11-04T08:00:00.000Z",
           *       "endedAt": null,
           *       "error": null
           *     }
           */
          'application/json': components['schemas']['Replay'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      503: components['responses']['Problem503'];
    };
  };
  cancelReplay: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path: {
        /** @example 019a4c1e-8a10-7d31-9f00-2b7c6d5e4f31 */
        replay: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "reason": "It was the wrong day."
         *     }
         */
        'application/json': components['schemas']['ReplayCancelOrder'];
      };
    };
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description `true` where an earlier answer is repeated */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "019a4c1e-8a10-7d31-9f00-2b7c6d5e4f31",
           *       "state": "cancelled",
           *       "selection": {
           *         "from": "2026-11-02T00:00:00Z",
           *         "to": "2026-11-03T00:00:00Z",
           *         "tenant": "arbor-construction",
           *         "type": "document.*"
           *       },
           *       "target": {
           *         "product": "nudge"
           *       },
           *       "reason": "The rules were wrong on Monday.",
           *       "perSecond": 1000,
           *       "progress": 0.42,
           *       "replayed": 1284,
           *       "unplaced": 0,
           *       "startedAt": "2026-11-04T08:00:00.000Z",
           *       "endedAt": "2026-11-04T08:00:02.000Z",
           *       "error": null
           *     }
           */
          'application/json': components['schemas']['Replay'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  listLanes: {
    parameters: {
      query?: {
        /**
         * @description how many at most; 50 by default
         * @example 20
         */
        limit?: number;
        /** @description the `next` of the page before */
        cursor?: string;
        /**
         * @description the id of a tenant
         * @example arbor-construction
         */
        tenant?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "lane": "arbor-construction/nudge",
           *           "tenant": "arbor-construction",
           *           "product": "nudge",
           *           "waiting": 0,
           *           "parked": 0,
           *           "deadLetters": 0,
           *           "cluster": "nudge-standard",
           *           "heldBy": null,
           *           "trouble": null
           *         }
           *       ],
           *       "next": null
           *     }
           */
          'application/json': {
            items: components['schemas']['Lane'][];
            /** @description the cursor of the next page; null on the last */
            next: string | null;
          };
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      503: components['responses']['Problem503'];
    };
  };
  detachLane: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path: {
        /**
         * @description <tenant>/<product>, percent-encoded
         * @example arbor-construction/nudge
         */
        lane: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "reason": "The machine of the cluster is lost."
         *     }
         */
        'application/json': components['schemas']['DetachOrder'];
      };
    };
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description `true` where an earlier answer is repeated */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "lane": "arbor-construction/nudge"
           *     }
           */
          'application/json': components['schemas']['LaneDetached'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  listDeadLetters: {
    parameters: {
      query?: {
        /**
         * @description how many at most; 50 by default
         * @example 20
         */
        limit?: number;
        /** @description the `next` of the page before */
        cursor?: string;
        /**
         * @description the id of a tenant
         * @example arbor-construction
         */
        tenant?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "kind": "entry",
           *           "id": "arbor-construction/nudge:42",
           *           "tenant": "arbor-construction",
           *           "where": "arbor-construction/nudge",
           *           "event": "019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71",
           *           "attempts": 5,
           *           "error": "no recipient",
           *           "at": "2026-11-02T09:30:00.000Z"
           *         }
           *       ],
           *       "next": null
           *     }
           */
          'application/json': {
            items: components['schemas']['DeadLetter'][];
            /** @description the cursor of the next page; null on the last */
            next: string | null;
          };
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      503: components['responses']['Problem503'];
    };
  };
  redriveDeadLetters: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "tenant": "arbor-construction",
         *       "limit": 100
         *     }
         */
        'application/json': components['schemas']['RedriveOrder'];
      };
    };
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description `true` where an earlier answer is repeated */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "changed": 1,
           *       "more": false
           *     }
           */
          'application/json': components['schemas']['BulkResult'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      409: components['responses']['Problem409'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  redriveDeadLetter: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path: {
        /**
         * @description as the list shows it, percent-encoded
         * @example arbor-construction/nudge:42
         */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description `true` where an earlier answer is repeated */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "arbor-construction/nudge:42",
           *       "outcome": "redriven"
           *     }
           */
          'application/json': components['schemas']['DeadLetterDone'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  discardDeadLetter: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path: {
        /**
         * @description as the list shows it, percent-encoded
         * @example arbor-construction/nudge:42
         */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "reason": "The document was withdrawn."
         *     }
         */
        'application/json': components['schemas']['DiscardOrder'];
      };
    };
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description `true` where an earlier answer is repeated */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "arbor-construction/nudge:42",
           *       "outcome": "discarded"
           *     }
           */
          'application/json': components['schemas']['DeadLetterDone'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  listJobs: {
    parameters: {
      query?: {
        /**
         * @description how many at most; 50 by default
         * @example 20
         */
        limit?: number;
        /** @description the `next` of the page before */
        cursor?: string;
        /**
         * @description the id of a tenant
         * @example arbor-construction
         */
        tenant?: string;
        /**
         * @description the kind of a job
         * @example email
         */
        kind?: string;
        /**
         * @description `scheduled` is ready but not yet due
         * @example ready
         */
        state?: 'scheduled' | 'ready' | 'leased' | 'done' | 'dead' | 'cancelled';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "id": "019a4c1e-7e01-7a55-8c12-6b7d8e9fa0b1",
           *           "kind": "email",
           *           "tenant": "arbor-construction",
           *           "state": "ready",
           *           "priority": 0,
           *           "attempts": 0,
           *           "maxAttempts": 5,
           *           "progress": null,
           *           "error": null,
           *           "flow": "019a4c1e-7d52-7c3a-9a41-5f0e6b2d8c10",
           *           "createdAt": "2026-11-02T09:30:00.000Z",
           *           "dueAt": "2026-11-02T09:30:00.000Z",
           *           "updatedAt": "2026-11-02T09:30:00.000Z"
           *         }
           *       ],
           *       "next": null
           *     }
           */
          'application/json': {
            items: components['schemas']['Job'][];
            /** @description the cursor of the next page; null on the last */
            next: string | null;
          };
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      503: components['responses']['Problem503'];
    };
  };
  getJob: {
    parameters: {
      query?: never;
      header?: {
        /** @description the ETag that is known; where it still holds, the answer is 304 */
        'If-None-Match'?: string;
      };
      path: {
        /** @example 019a4c1e-7e01-7a55-8c12-6b7d8e9fa0b1 */
        job: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description the version of what is shown */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "019a4c1e-7e01-7a55-8c12-6b7d8e9fa0b1",
           *       "kind": "email",
           *       "tenant": "arbor-construction",
           *       "state": "ready",
           *       "priority": 0,
           *       "attempts": 0,
           *       "maxAttempts": 5,
           *       "progress": null,
           *       "error": null,
           *       "flow": "019a4c1e-7d52-7c3a-9a41-5f0e6b2d8c10",
           *       "createdAt": "2026-11-02T09:30:00.000Z",
           *       "dueAt": "2026-11-02T09:30:00.000Z",
           *       "updatedAt": "2026-11-02T09:30:00.000Z",
           *       "cause": null,
           *       "payload": {
           *         "to": [
           *           "documents@arbor-construction.example"
           *         ]
           *       },
           *       "result": null
           *     }
           */
          'application/json': components['schemas']['JobDetail'];
        };
      };
      /** @description It is as If-None-Match says. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      503: components['responses']['Problem503'];
    };
  };
  cancelJob: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path: {
        /** @example 019a4c1e-7e01-7a55-8c12-6b7d8e9fa0b1 */
        job: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description `true` where an earlier answer is repeated */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "019a4c1e-7e01-7a55-8c12-6b7d8e9fa0b1",
           *       "state": "cancelled"
           *     }
           */
          'application/json': components['schemas']['JobCancelled'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  listSchedules: {
    parameters: {
      query?: {
        /**
         * @description how many at most; 50 by default
         * @example 20
         */
        limit?: number;
        /** @description the `next` of the page before */
        cursor?: string;
      };
      header?: never;
      path: {
        /**
         * @description the id of a tenant
         * @example arbor-construction
         */
        tenant: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "id": "weekly-digest",
           *           "tenant": "arbor-construction",
           *           "kind": "email",
           *           "payload": {
           *             "to": [
           *               "documents@arbor-construction.example"
           *             ]
           *           },
           *           "cron": "0 7 * * 1",
           *           "timeZone": "Europe/Berlin",
           *           "missed": "once",
           *           "enabled": true,
           *           "nextAt": "2026-11-09T06:00:00.000Z",
           *           "lastAt": null
           *         }
           *       ],
           *       "next": null
           *     }
           */
          'application/json': {
            items: components['schemas']['Schedule'][];
            /** @description the cursor of the next page; null on the last */
            next: string | null;
          };
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      503: components['responses']['Problem503'];
    };
  };
  getSchedule: {
    parameters: {
      query?: never;
      header?: {
        /** @description the ETag that is known; where it still holds, the answer is 304 */
        'If-None-Match'?: string;
      };
      path: {
        /**
         * @description the id of a tenant
         * @example arbor-construction
         */
        tenant: string;
        /** @example weekly-digest */
        schedule: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description the version of what is shown */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "weekly-digest",
           *       "tenant": "arbor-construction",
           *       "kind": "email",
           *       "payload": {
           *         "to": [
           *           "documents@arbor-construction.example"
           *         ]
           *       },
           *       "cron": "0 7 * * 1",
           *       "timeZone": "Europe/Berlin",
           *       "missed": "once",
           *       "enabled": true,
           *       "nextAt": "2026-11-09T06:00:00.000Z",
           *       "lastAt": null
           *     }
           */
          'application/json': components['schemas']['Schedule'];
        };
      };
      /** @description It is as If-None-Match says. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      503: components['responses']['Problem503'];
    };
  };
  putSchedule: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description the id of a tenant
         * @example arbor-construction
         */
        tenant: string;
        /** @example weekly-digest */
        schedule: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "kind": "email",
         *       "payload": {
         *         "to": [
         *           "documents@arbor-construction.example"
         *         ]
         *       },
         *       "cron": "0 7 * * 1",
         *       "timeZone": "Europe/Berlin"
         *     }
         */
        'application/json': components['schemas']['ScheduleOrder'];
      };
    };
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "weekly-digest",
           *       "tenant": "arbor-construction",
           *       "kind": "email",
           *       "payload": {
           *         "to": [
           *           "documents@arbor-construction.example"
           *         ]
           *       },
           *       "cron": "0 7 * * 1",
           *       "timeZone": "Europe/Berlin",
           *       "missed": "once",
           *       "enabled": true,
           *       "nextAt": "2026-11-09T06:00:00.000Z",
           *       "lastAt": null
           *     }
           */
          'application/json': components['schemas']['Schedule'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      503: components['responses']['Problem503'];
    };
  };
  deleteSchedule: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /**
         * @description the id of a tenant
         * @example arbor-construction
         */
        tenant: string;
        /** @example nightly-report */
        schedule: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is gone. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      503: components['responses']['Problem503'];
    };
  };
  listSentMessages: {
    parameters: {
      query?: {
        /**
         * @description how many at most; 50 by default
         * @example 20
         */
        limit?: number;
        /** @description the `next` of the page before */
        cursor?: string;
        /**
         * @description the id of a tenant
         * @example arbor-construction
         */
        tenant?: string;
        /** @example email */
        channel?: 'email' | 'whatsapp';
        /** @description `sent` is accepted by the outside system, which is not delivered; `unknown` may have been sent and is never repeated */
        state?: 'sending' | 'sent' | 'refused' | 'unknown';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "job": "019a4c1e-7e01-7a55-8c12-6b7d8e9fa0b1",
           *           "tenant": "arbor-construction",
           *           "channel": "email",
           *           "recipient": "documents@arbor-construction.example",
           *           "state": "sent",
           *           "attempt": 1,
           *           "messageId": "<019a4c1e-7e01-7a55-8c12-6b7d8e9fa0b1@etis.example>",
           *           "response": "250 2.0.0 Ok: queued",
           *           "begunAt": "2026-11-02T09:30:00.000Z",
           *           "endedAt": "2026-11-02T09:30:00.000Z"
           *         }
           *       ],
           *       "next": null
           *     }
           */
          'application/json': {
            items: components['schemas']['SentMessage'][];
            /** @description the cursor of the next page; null on the last */
            next: string | null;
          };
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      503: components['responses']['Problem503'];
    };
  };
  listParameters: {
    parameters: {
      query?: {
        /**
         * @description how many at most; 50 by default
         * @example 20
         */
        limit?: number;
        /** @description the `next` of the page before */
        cursor?: string;
        /** @description the id of a product */
        product?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "key": "nudge.reply.daily-limit",
           *           "declaration": {
           *             "key": "nudge.reply.daily-limit",
           *             "product": "nudge",
           *             "description": "How many messages of one user are answered within 24 hours, at most.",
           *             "value": {
           *               "type": "number",
           *               "integer": true,
           *               "minimum": 0,
           *               "maximum": 200
           *             },
           *             "default": 20
           *           },
           *           "declared": true,
           *           "settings": 2,
           *           "misfits": 0
           *         }
           *       ],
           *       "next": null
           *     }
           */
          'application/json': {
            items: components['schemas']['Parameter'][];
            /** @description the cursor of the next page; null on the last */
            next: string | null;
          };
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      503: components['responses']['Problem503'];
    };
  };
  getParameter: {
    parameters: {
      query?: never;
      header?: {
        /** @description the ETag that is known; where it still holds, the answer is 304 */
        'If-None-Match'?: string;
      };
      path: {
        /**
         * @description the key of a parameter or flag: the id of its product, a dot, and a name
         * @example nudge.reply.daily-limit
         */
        parameter: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description the version of what is shown */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "key": "nudge.reply.daily-limit",
           *       "declaration": {
           *         "key": "nudge.reply.daily-limit",
           *         "product": "nudge",
           *         "description": "How many messages of one user are answered within 24 hours, at most.",
           *         "value": {
           *           "type": "number",
           *           "integer": true,
           *           "minimum": 0,
           *           "maximum": 200
           *         },
           *         "default": 20
           *       },
           *       "declared": true,
           *       "settings": 2,
           *       "misfits": 0
           *     }
           */
          'application/json': components['schemas']['Parameter'];
        };
      };
      /** @description It is as If-None-Match says. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      503: components['responses']['Problem503'];
    };
  };
  listParameterSettings: {
    parameters: {
      query?: {
        /**
         * @description how many at most; 50 by default
         * @example 20
         */
        limit?: number;
        /** @description the `next` of the page before */
        cursor?: string;
        /** @description the id of a tenant */
        tenant?: string;
      };
      header?: never;
      path: {
        /**
         * @description the key of a parameter or flag: the id of its product, a dot, and a name
         * @example nudge.reply.daily-limit
         */
        parameter: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "at": {
           *             "level": "tenant",
           *             "tenant": "arbor-construction"
           *           },
           *           "environment": null,
           *           "value": 5,
           *           "misfit": null,
           *           "change": "019a4c20-11aa-7c3a-9a41-5f0e6b2d8c11",
           *           "setAt": "2026-11-02T09:30:00.000Z",
           *           "setBy": "operator/local"
           *         }
           *       ],
           *       "next": null
           *     }
           */
          'application/json': {
            items: components['schemas']['ParameterSetting'][];
            /** @description the cursor of the next page; null on the last */
            next: string | null;
          };
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      503: components['responses']['Problem503'];
    };
  };
  getParameterSetting: {
    parameters: {
      query: {
        /**
         * @description the narrower one overrules the broader ones
         * @example tenant
         */
        level: 'platform' | 'product' | 'tier' | 'tenant' | 'unit';
        /** @description the id of a product */
        product?: string;
        tier?: 'standard' | 'advanced' | 'enterprise';
        /**
         * @description the id of a tenant
         * @example arbor-construction
         */
        tenant?: string;
        /** @description a project of the tenant */
        unit?: string;
        environment?: 'live' | 'staging' | 'sandbox';
      };
      header?: {
        /** @description the ETag that is known; where it still holds, the answer is 304 */
        'If-None-Match'?: string;
      };
      path: {
        /**
         * @description the key of a parameter or flag: the id of its product, a dot, and a name
         * @example nudge.reply.daily-limit
         */
        parameter: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description the version of what is shown */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "at": {
           *         "level": "tenant",
           *         "tenant": "arbor-construction"
           *       },
           *       "environment": null,
           *       "value": 5,
           *       "misfit": null,
           *       "change": "019a4c20-11aa-7c3a-9a41-5f0e6b2d8c11",
           *       "setAt": "2026-11-02T09:30:00.000Z",
           *       "setBy": "operator/local"
           *     }
           */
          'application/json': components['schemas']['ParameterSetting'];
        };
      };
      /** @description It is as If-None-Match says. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      503: components['responses']['Problem503'];
    };
  };
  setParameter: {
    parameters: {
      query: {
        /**
         * @description the narrower one overrules the broader ones
         * @example tenant
         */
        level: 'platform' | 'product' | 'tier' | 'tenant' | 'unit';
        /** @description the id of a product */
        product?: string;
        tier?: 'standard' | 'advanced' | 'enterprise';
        /**
         * @description the id of a tenant
         * @example arbor-construction
         */
        tenant?: string;
        /** @description a project of the tenant */
        unit?: string;
        environment?: 'live' | 'staging' | 'sandbox';
      };
      header?: {
        /** @description the ETag of what is to be changed, or *; where it is something else by now, the answer is 412 */
        'If-Match'?: string;
      };
      path: {
        /**
         * @description the key of a parameter or flag: the id of its product, a dot, and a name
         * @example nudge.reply.daily-limit
         */
        parameter: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "value": 5,
         *       "reason": "They answer their customers themselves in the evening."
         *     }
         */
        'application/json': components['schemas']['ParameterValue'];
      };
    };
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description the version of what is shown */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "at": {
           *         "level": "tenant",
           *         "tenant": "arbor-construction"
           *       },
           *       "environment": null,
           *       "value": 5,
           *       "misfit": null,
           *       "change": "019a4c20-11aa-7c3a-9a41-5f0e6b2d8c11",
           *       "setAt": "2026-11-02T09:30:00.000Z",
           *       "setBy": "operator/local"
           *     }
           */
          'application/json': components['schemas']['ParameterSetting'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      412: components['responses']['Problem412'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      503: components['responses']['Problem503'];
    };
  };
  unsetParameter: {
    parameters: {
      query: {
        /**
         * @description the narrower one overrules the broader ones
         * @example tier
         */
        level: 'platform' | 'product' | 'tier' | 'tenant' | 'unit';
        /** @description the id of a product */
        product?: string;
        /** @example enterprise */
        tier?: 'standard' | 'advanced' | 'enterprise';
        /** @description the id of a tenant */
        tenant?: string;
        /** @description a project of the tenant */
        unit?: string;
        environment?: 'live' | 'staging' | 'sandbox';
        /**
         * @description why; it is kept with the change
         * @example The tenants set it themselves now.
         */
        reason: string;
      };
      header?: {
        /** @description the ETag of what is to be changed, or *; where it is something else by now, the answer is 412 */
        'If-Match'?: string;
      };
      path: {
        /**
         * @description the key of a parameter or flag: the id of its product, a dot, and a name
         * @example nudge.reply.daily-limit
         */
        parameter: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is gone. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      412: components['responses']['Problem412'];
      503: components['responses']['Problem503'];
    };
  };
  previewParameter: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path: {
        /**
         * @description the key of a parameter or flag: the id of its product, a dot, and a name
         * @example nudge.reply.daily-limit
         */
        parameter: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "level": "tenant",
         *       "tenant": "arbor-construction",
         *       "value": 5
         *     }
         */
        'application/json': components['schemas']['ParameterPreviewOrder'];
      };
    };
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description `true` where an earlier answer is repeated */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "tenants": 2,
           *       "affected": 1,
           *       "examples": [
           *         {
           *           "tenant": "arbor-construction",
           *           "before": 20,
           *           "after": 5
           *         }
           *       ],
           *       "bySubject": false
           *     }
           */
          'application/json': components['schemas']['ConfigurationPreview'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  evaluateParameter: {
    parameters: {
      query?: {
        /**
         * @description the id of a tenant
         * @example arbor-construction
         */
        tenant?: string;
        tier?: 'standard' | 'advanced' | 'enterprise';
        /** @description the id of a cluster */
        cluster?: string;
        /** @description a project of the tenant */
        unit?: string;
        /** @description a person or thing within the tenant, for roll-outs by subject */
        subject?: string;
        environment?: 'live' | 'staging' | 'sandbox';
      };
      header?: never;
      path: {
        /**
         * @description the key of a parameter or flag: the id of its product, a dot, and a name
         * @example nudge.reply.daily-limit
         */
        parameter: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "key": "nudge.reply.daily-limit",
           *       "value": 5,
           *       "variant": null,
           *       "reason": "TARGETING_MATCH",
           *       "why": [
           *         "the default is 20, overruled",
           *         "the tenant arbor-construction says 5"
           *       ]
           *     }
           */
          'application/json': components['schemas']['ExplainedValue'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      503: components['responses']['Problem503'];
    };
  };
  listFlags: {
    parameters: {
      query?: {
        /**
         * @description how many at most; 50 by default
         * @example 20
         */
        limit?: number;
        /** @description the `next` of the page before */
        cursor?: string;
        /** @description the id of a product */
        product?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "key": "nudge.subject.project",
           *           "declaration": {
           *             "key": "nudge.subject.project",
           *             "product": "nudge",
           *             "description": "Whether the subject of a notification begins with its project.",
           *             "value": {
           *               "type": "boolean"
           *             },
           *             "variants": {
           *               "plain": false,
           *               "project": true
           *             },
           *             "default": "plain",
           *             "off": "plain"
           *           },
           *           "declared": true,
           *           "enabled": true,
           *           "rules": [
           *             {
           *               "id": "a-quarter",
           *               "tiers": [
           *                 "enterprise"
           *               ],
           *               "rollout": {
           *                 "seed": "autumn",
           *                 "by": "tenant",
           *                 "shares": {
           *                   "project": 2500
           *                 }
           *               }
           *             }
           *           ],
           *           "misfits": [],
           *           "change": "019a4c20-11aa-7c3a-9a41-5f0e6b2d8c11"
           *         }
           *       ],
           *       "next": null
           *     }
           */
          'application/json': {
            items: components['schemas']['Flag'][];
            /** @description the cursor of the next page; null on the last */
            next: string | null;
          };
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      503: components['responses']['Problem503'];
    };
  };
  getFlag: {
    parameters: {
      query?: never;
      header?: {
        /** @description the ETag that is known; where it still holds, the answer is 304 */
        'If-None-Match'?: string;
      };
      path: {
        /**
         * @description the key of a parameter or flag: the id of its product, a dot, and a name
         * @example nudge.subject.project
         */
        flag: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description the version of what is shown */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "key": "nudge.subject.project",
           *       "declaration": {
           *         "key": "nudge.subject.project",
           *         "product": "nudge",
           *         "description": "Whether the subject of a notification begins with its project.",
           *         "value": {
           *           "type": "boolean"
           *         },
           *         "variants": {
           *           "plain": false,
           *           "project": true
           *         },
           *         "default": "plain",
           *         "off": "plain"
           *       },
           *       "declared": true,
           *       "enabled": true,
           *       "rules": [
           *         {
           *           "id": "a-quarter",
           *           "tiers": [
           *             "enterprise"
           *           ],
           *           "rollout": {
           *             "seed": "autumn",
           *             "by": "tenant",
           *             "shares": {
           *               "project": 2500
           *             }
           *           }
           *         }
           *       ],
           *       "misfits": [],
           *       "change": "019a4c20-11aa-7c3a-9a41-5f0e6b2d8c11"
           *     }
           */
          'application/json': components['schemas']['Flag'];
        };
      };
      /** @description It is as If-None-Match says. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      503: components['responses']['Problem503'];
    };
  };
  putFlag: {
    parameters: {
      query?: never;
      header?: {
        /** @description the ETag of what is to be changed, or *; where it is something else by now, the answer is 412 */
        'If-Match'?: string;
      };
      path: {
        /**
         * @description the key of a parameter or flag: the id of its product, a dot, and a name
         * @example nudge.subject.project
         */
        flag: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "rules": [
         *         {
         *           "id": "a-quarter",
         *           "tiers": [
         *             "enterprise"
         *           ],
         *           "rollout": {
         *             "seed": "autumn",
         *             "by": "tenant",
         *             "shares": {
         *               "project": 2500
         *             }
         *           }
         *         }
         *       ],
         *       "reason": "They answer their customers themselves in the evening."
         *     }
         */
        'application/json': components['schemas']['FlagOrder'];
      };
    };
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description the version of what is shown */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "key": "nudge.subject.project",
           *       "declaration": {
           *         "key": "nudge.subject.project",
           *         "product": "nudge",
           *         "description": "Whether the subject of a notification begins with its project.",
           *         "value": {
           *           "type": "boolean"
           *         },
           *         "variants": {
           *           "plain": false,
           *           "project": true
           *         },
           *         "default": "plain",
           *         "off": "plain"
           *       },
           *       "declared": true,
           *       "enabled": true,
           *       "rules": [
           *         {
           *           "id": "a-quarter",
           *           "tiers": [
           *             "enterprise"
           *           ],
           *           "rollout": {
           *             "seed": "autumn",
           *             "by": "tenant",
           *             "shares": {
           *               "project": 2500
           *             }
           *           }
           *         }
           *       ],
           *       "misfits": [],
           *       "change": "019a4c20-11aa-7c3a-9a41-5f0e6b2d8c11"
           *     }
           */
          'application/json': components['schemas']['Flag'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      412: components['responses']['Problem412'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      503: components['responses']['Problem503'];
    };
  };
  enableFlag: {
    parameters: {
      query?: never;
      header?: {
        /** @description the ETag of what is to be changed, or *; where it is something else by now, the answer is 412 */
        'If-Match'?: string;
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path: {
        /**
         * @description the key of a parameter or flag: the id of its product, a dot, and a name
         * @example nudge.subject.project
         */
        flag: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "reason": "They answer their customers themselves in the evening."
         *     }
         */
        'application/json': components['schemas']['Reason'];
      };
    };
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description the version of what is shown */
          ETag?: string;
          /** @description `true` where an earlier answer is repeated */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "key": "nudge.subject.project",
           *       "declaration": {
           *         "key": "nudge.subject.project",
           *         "product": "nudge",
           *         "description": "Whether the subject of a notification begins with its project.",
           *         "value": {
           *           "type": "boolean"
           *         },
           *         "variants": {
           *           "plain": false,
           *           "project": true
           *         },
           *         "default": "plain",
           *         "off": "plain"
           *       },
           *       "declared": true,
           *       "enabled": true,
           *       "rules": [
           *         {
           *           "id": "a-quarter",
           *           "tiers": [
           *             "enterprise"
           *           ],
           *           "rollout": {
           *             "seed": "autumn",
           *             "by": "tenant",
           *             "shares": {
           *               "project": 2500
           *             }
           *           }
           *         }
           *       ],
           *       "misfits": [],
           *       "change": "019a4c20-11aa-7c3a-9a41-5f0e6b2d8c11"
           *     }
           */
          'application/json': components['schemas']['Flag'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      412: components['responses']['Problem412'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  disableFlag: {
    parameters: {
      query?: never;
      header?: {
        /** @description the ETag of what is to be changed, or *; where it is something else by now, the answer is 412 */
        'If-Match'?: string;
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path: {
        /**
         * @description the key of a parameter or flag: the id of its product, a dot, and a name
         * @example nudge.subject.project
         */
        flag: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "reason": "They answer their customers themselves in the evening."
         *     }
         */
        'application/json': components['schemas']['Reason'];
      };
    };
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description the version of what is shown */
          ETag?: string;
          /** @description `true` where an earlier answer is repeated */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "key": "nudge.subject.project",
           *       "declaration": {
           *         "key": "nudge.subject.project",
           *         "product": "nudge",
           *         "description": "Whether the subject of a notification begins with its project.",
           *         "value": {
           *           "type": "boolean"
           *         },
           *         "variants": {
           *           "plain": false,
           *           "project": true
           *         },
           *         "default": "plain",
           *         "off": "plain"
           *       },
           *       "declared": true,
           *       "enabled": false,
           *       "rules": [
           *         {
           *           "id": "a-quarter",
           *           "tiers": [
           *             "enterprise"
           *           ],
           *           "rollout": {
           *             "seed": "autumn",
           *             "by": "tenant",
           *             "shares": {
           *               "project": 2500
           *             }
           *           }
           *         }
           *       ],
           *       "misfits": [],
           *       "change": "019a4c20-11aa-7c3a-9a41-5f0e6b2d8c11"
           *     }
           */
          'application/json': components['schemas']['Flag'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      412: components['responses']['Problem412'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  previewFlag: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path: {
        /**
         * @description the key of a parameter or flag: the id of its product, a dot, and a name
         * @example nudge.subject.project
         */
        flag: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "rules": [
         *         {
         *           "id": "all",
         *           "variant": "project"
         *         }
         *       ]
         *     }
         */
        'application/json': components['schemas']['FlagPreviewOrder'];
      };
    };
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description `true` where an earlier answer is repeated */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "tenants": 2,
           *       "affected": 1,
           *       "examples": [
           *         {
           *           "tenant": "arbor-construction",
           *           "before": false,
           *           "after": true
           *         }
           *       ],
           *       "bySubject": false
           *     }
           */
          'application/json': components['schemas']['ConfigurationPreview'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  evaluateFlag: {
    parameters: {
      query?: {
        /**
         * @description the id of a tenant
         * @example arbor-construction
         */
        tenant?: string;
        tier?: 'standard' | 'advanced' | 'enterprise';
        /** @description the id of a cluster */
        cluster?: string;
        /** @description a project of the tenant */
        unit?: string;
        /** @description a person or thing within the tenant, for roll-outs by subject */
        subject?: string;
        environment?: 'live' | 'staging' | 'sandbox';
      };
      header?: never;
      path: {
        /**
         * @description the key of a parameter or flag: the id of its product, a dot, and a name
         * @example nudge.subject.project
         */
        flag: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "key": "nudge.subject.project",
           *       "value": false,
           *       "variant": "plain",
           *       "reason": "DEFAULT",
           *       "why": [
           *         "rule a-quarter does not fit: it is for other tiers",
           *         "no rule decides, so that the default variant plain counts"
           *       ]
           *     }
           */
          'application/json': components['schemas']['ExplainedValue'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      503: components['responses']['Problem503'];
    };
  };
  listConfigurationChanges: {
    parameters: {
      query?: {
        /**
         * @description how many at most; 50 by default
         * @example 20
         */
        limit?: number;
        /** @description the `next` of the page before */
        cursor?: string;
        /**
         * @description the key of a parameter or flag: the id of its product, a dot, and a name
         * @example nudge.reply.daily-limit
         */
        key?: string;
        /** @description the id of a tenant */
        tenant?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "id": "019a4c20-11aa-7c3a-9a41-5f0e6b2d8c11",
           *           "key": "nudge.reply.daily-limit",
           *           "at": "2026-11-02T09:30:00.000Z",
           *           "by": "operator/local",
           *           "reason": "They answer their customers themselves in the evening.",
           *           "before": {
           *             "kind": "parameter",
           *             "declaration": {
           *               "key": "nudge.reply.daily-limit",
           *               "product": "nudge",
           *               "description": "How many messages of one user are answered within 24 hours, at most.",
           *               "value": {
           *                 "type": "number",
           *                 "integer": true,
           *                 "minimum": 0,
           *                 "maximum": 200
           *               },
           *               "default": 20
           *             },
           *             "settings": []
           *           },
           *           "after": {
           *             "kind": "parameter",
           *             "declaration": {
           *               "key": "nudge.reply.daily-limit",
           *               "product": "nudge",
           *               "description": "How many messages of one user are answered within 24 hours, at most.",
           *               "value": {
           *                 "type": "number",
           *                 "integer": true,
           *                 "minimum": 0,
           *                 "maximum": 200
           *               },
           *               "default": 20
           *             },
           *             "settings": [
           *               {
           *                 "at": {
           *                   "level": "tenant",
           *                   "tenant": "arbor-construction"
           *                 },
           *                 "environment": null,
           *                 "value": 5
           *               }
           *             ]
           *           },
           *           "rollsBack": null
           *         }
           *       ],
           *       "next": null
           *     }
           */
          'application/json': {
            items: components['schemas']['ConfigurationChange'][];
            /** @description the cursor of the next page; null on the last */
            next: string | null;
          };
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      503: components['responses']['Problem503'];
    };
  };
  rollBackConfigurationChange: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path: {
        /** @example 019a4c20-11aa-7c3a-9a41-5f0e6b2d8c11 */
        change: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "reason": "It was meant for another tenant."
         *     }
         */
        'application/json': components['schemas']['RollbackOrder'];
      };
    };
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description `true` where an earlier answer is repeated */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "019a4c21-5d0c-7b21-8f6e-2a7c9d1e4b30",
           *       "key": "nudge.reply.daily-limit",
           *       "at": "2026-11-02T09:30:00.000Z",
           *       "by": "operator/local",
           *       "reason": "It was meant for another tenant.",
           *       "before": {
           *         "kind": "parameter",
           *         "declaration": {
           *           "key": "nudge.reply.daily-limit",
           *           "product": "nudge",
           *           "description": "How many messages of one user are answered within 24 hours, at most.",
           *           "value": {
           *             "type": "number",
           *             "integer": true,
           *             "minimum": 0,
           *             "maximum": 200
           *           },
           *           "default": 20
           *         },
           *         "settings": [
           *           {
           *             "at": {
           *               "level": "tenant",
           *               "tenant": "arbor-construction"
           *             },
           *             "environment": null,
           *             "value": 5
           *           }
           *         ]
           *       },
           *       "after": {
           *         "kind": "parameter",
           *         "declaration": {
           *           "key": "nudge.reply.daily-limit",
           *           "product": "nudge",
           *           "description": "How many messages of one user are answered within 24 hours, at most.",
           *           "value": {
           *             "type": "number",
           *             "integer": true,
           *             "minimum": 0,
           *             "maximum": 200
           *           },
           *           "default": 20
           *         },
           *         "settings": []
           *       },
           *       "rollsBack": "019a4c20-11aa-7c3a-9a41-5f0e6b2d8c11"
           *     }
           */
          'application/json': components['schemas']['ConfigurationChange'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  listDirectives: {
    parameters: {
      query?: {
        /**
         * @description how many at most; 50 by default
         * @example 20
         */
        limit?: number;
        /** @description the `next` of the page before */
        cursor?: string;
        /** @example in-force */
        state?: 'in-force' | 'ended' | 'expired';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "directive": {
           *             "id": "019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71",
           *             "installation": "etis-local",
           *             "epoch": 1,
           *             "sequence": 7,
           *             "verb": "pause",
           *             "scope": {
           *               "tenant": "arbor-construction"
           *             },
           *             "reason": "Their ERP is being moved.",
           *             "by": "operator/local",
           *             "issuedAt": "2026-11-02T09:30:00.000Z"
           *           },
           *           "state": "in-force",
           *           "endedBy": null,
           *           "receipts": [
           *             {
           *               "subscriber": "dispatcher.node-1",
           *               "connected": true,
           *               "receipt": {
           *                 "installation": "etis-local",
           *                 "directive": "019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71",
           *                 "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
           *                 "subscriber": "dispatcher.node-1",
           *                 "outcome": "applied",
           *                 "reason": null,
           *                 "effectiveAt": "2026-11-02T09:30:00.041Z"
           *               }
           *             }
           *           ]
           *         }
           *       ],
           *       "next": null
           *     }
           */
          'application/json': {
            items: components['schemas']['DirectiveReport'][];
            /** @description the cursor of the next page; null on the last */
            next: string | null;
          };
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      503: components['responses']['Problem503'];
    };
  };
  orderDirective: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "verb": "pause",
         *       "scope": {
         *         "tenant": "arbor-construction"
         *       },
         *       "reason": "Their ERP is being moved."
         *     }
         */
        'application/json': components['schemas']['DirectiveOrder'];
      };
    };
    responses: {
      /** @description It was made. */
      201: {
        headers: {
          /** @description the version of what is shown */
          ETag?: string;
          /** @description the path of what was made */
          Location?: string;
          /** @description `true` where an earlier answer is repeated */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "directive": {
           *         "id": "019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71",
           *         "installation": "etis-local",
           *         "epoch": 1,
           *         "sequence": 7,
           *         "verb": "pause",
           *         "scope": {
           *           "tenant": "arbor-construction"
           *         },
           *         "reason": "Their ERP is being moved.",
           *         "by": "operator/local",
           *         "issuedAt": "2026-11-02T09:30:00.000Z"
           *       },
           *       "state": "in-force",
           *       "endedBy": null,
           *       "receipts": [
           *         {
           *           "subscriber": "dispatcher.node-1",
           *           "connected": true,
           *           "receipt": {
           *             "installation": "etis-local",
           *             "directive": "019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71",
           *             "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
           *             "subscriber": "dispatcher.node-1",
           *             "outcome": "applied",
           *             "reason": null,
           *             "effectiveAt": "2026-11-02T09:30:00.041Z"
           *           }
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['DirectiveReport'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      409: components['responses']['Problem409'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  previewDirective: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "scope": {
         *         "tenant": "arbor-construction"
         *       }
         *     }
         */
        'application/json': components['schemas']['DirectivePreviewOrder'];
      };
    };
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description `true` where an earlier answer is repeated */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "subscribers": [
           *         "dispatcher.node-1",
           *         "cluster.nudge-standard.node-1"
           *       ],
           *       "tenants": 1,
           *       "placements": 1,
           *       "connections": 1,
           *       "waitingEntries": 12,
           *       "jobs": 3,
           *       "tenantExamples": [
           *         "arbor-construction"
           *       ]
           *     }
           */
          'application/json': components['schemas']['BlastRadius'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      409: components['responses']['Problem409'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  resumeDirectives: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "ends": [
         *         "019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71"
         *       ],
         *       "reason": "The move is done."
         *     }
         */
        'application/json': components['schemas']['ResumeOrder'];
      };
    };
    responses: {
      /** @description It was made. */
      201: {
        headers: {
          /** @description the version of what is shown */
          ETag?: string;
          /** @description the path of what was made */
          Location?: string;
          /** @description `true` where an earlier answer is repeated */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "directive": {
           *         "id": "019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71",
           *         "installation": "etis-local",
           *         "epoch": 1,
           *         "sequence": 7,
           *         "verb": "pause",
           *         "scope": {
           *           "tenant": "arbor-construction"
           *         },
           *         "reason": "Their ERP is being moved.",
           *         "by": "operator/local",
           *         "issuedAt": "2026-11-02T09:30:00.000Z"
           *       },
           *       "state": "in-force",
           *       "endedBy": null,
           *       "receipts": [
           *         {
           *           "subscriber": "dispatcher.node-1",
           *           "connected": true,
           *           "receipt": {
           *             "installation": "etis-local",
           *             "directive": "019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71",
           *             "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
           *             "subscriber": "dispatcher.node-1",
           *             "outcome": "applied",
           *             "reason": null,
           *             "effectiveAt": "2026-11-02T09:30:00.041Z"
           *           }
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['DirectiveReport'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  getDirective: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @example 019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71 */
        directive: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "directive": {
           *         "id": "019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71",
           *         "installation": "etis-local",
           *         "epoch": 1,
           *         "sequence": 7,
           *         "verb": "pause",
           *         "scope": {
           *           "tenant": "arbor-construction"
           *         },
           *         "reason": "Their ERP is being moved.",
           *         "by": "operator/local",
           *         "issuedAt": "2026-11-02T09:30:00.000Z"
           *       },
           *       "state": "in-force",
           *       "endedBy": null,
           *       "receipts": [
           *         {
           *           "subscriber": "dispatcher.node-1",
           *           "connected": true,
           *           "receipt": {
           *             "installation": "etis-local",
           *             "directive": "019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71",
           *             "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
           *             "subscriber": "dispatcher.node-1",
           *             "outcome": "applied",
           *             "reason": null,
           *             "effectiveAt": "2026-11-02T09:30:00.041Z"
           *           }
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['DirectiveReport'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      503: components['responses']['Problem503'];
    };
  };
  getFleet: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "members": [
           *         {
           *           "id": "cluster.nudge-standard.node-1",
           *           "kind": "cluster",
           *           "scope": "nudge-standard",
           *           "connected": true,
           *           "lastSeenAt": "2026-11-02T09:30:00.000Z",
           *           "state": "READY",
           *           "desired": {
           *             "epoch": 1,
           *             "version": 12
           *           },
           *           "sent": {
           *             "epoch": 1,
           *             "version": 12
           *           },
           *           "acknowledged": {
           *             "epoch": 1,
           *             "version": 12
           *           },
           *           "sections": {
           *             "tenants": {
           *               "desired": 9,
           *               "applied": 9,
           *               "refused": null
           *             },
           *             "placements": {
           *               "desired": 12,
           *               "applied": 12,
           *               "refused": null
           *             }
           *           },
           *           "driftMs": 0,
           *           "revokedAt": null
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['Fleet'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      503: components['responses']['Problem503'];
    };
  };
  inviteSubscriber: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "id": "router.node-9",
         *       "kind": "router"
         *     }
         */
        'application/json': components['schemas']['InvitationOrder'];
      };
    };
    responses: {
      /** @description It was made. */
      201: {
        headers: {
          /** @description the version of what is shown */
          ETag?: string;
          /** @description the path of what was made */
          Location?: string;
          /** @description `true` where an earlier answer is repeated */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "token": "eyJ1cmwiOiJ3c3M6Ly9wbGF0Zm9ybS5leGFtcGxlOjg0NDMifQ",
           *       "expiresAt": "2026-11-02T10:30:00.000Z"
           *     }
           */
          'application/json': components['schemas']['Invitation'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      409: components['responses']['Problem409'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  revokeSubscriber: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path: {
        /**
         * @description unique in the installation
         * @example cluster.nudge-standard.node-1
         */
        subscriber: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Its key counts no more. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  getKeys: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "root": "k2pXUQ9ZZ5nRTM8p0mMeW9xXo4rK3R0cS0m1xq1V3rA",
           *       "rootIsHere": false,
           *       "current": {
           *         "keyId": "7d5f2b9c41e0a86391b7c2d4e5f60718",
           *         "notAfter": "2027-01-31T09:30:00.000Z"
           *       },
           *       "keys": [
           *         {
           *           "installation": "etis",
           *           "keyId": "7d5f2b9c41e0a86391b7c2d4e5f60718",
           *           "publicKey": "aX3f0n9qk4G2L5w8u1YJc7vRk0Zt6sD2b8Q1p4oM9eE",
           *           "role": "online",
           *           "notBefore": "2026-11-02T08:30:00.000Z",
           *           "notAfter": "2027-01-31T09:30:00.000Z",
           *           "revoked": false
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['SigningKeys'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      503: components['responses']['Problem503'];
    };
  };
  rotateKey: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was made. */
      201: {
        headers: {
          /** @description the version of what is shown */
          ETag?: string;
          /** @description the path of what was made */
          Location?: string;
          /** @description `true` where an earlier answer is repeated */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "installation": "etis",
           *       "keyId": "7d5f2b9c41e0a86391b7c2d4e5f60718",
           *       "publicKey": "aX3f0n9qk4G2L5w8u1YJc7vRk0Zt6sD2b8Q1p4oM9eE",
           *       "role": "online",
           *       "notBefore": "2026-11-02T08:30:00.000Z",
           *       "notAfter": "2027-01-31T09:30:00.000Z"
           *     }
           */
          'application/json': components['schemas']['KeyCertificate'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      409: components['responses']['Problem409'];
      412: components['responses']['Problem412'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  recoverPlatform: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was made. */
      201: {
        headers: {
          /** @description the version of what is shown */
          ETag?: string;
          /** @description the path of what was made */
          Location?: string;
          /** @description `true` where an earlier answer is repeated */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "epoch": 2,
           *       "version": 118,
           *       "shownBy": 6,
           *       "directives": 1,
           *       "revokedKeys": []
           *     }
           */
          'application/json': components['schemas']['Recovered'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      409: components['responses']['Problem409'];
      412: components['responses']['Problem412'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  certifyOperator: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "publicKey": "aX3f0n9qk4G2L5w8u1YJc7vRk0Zt6sD2b8Q1p4oM9eE",
         *       "validDays": 90
         *     }
         */
        'application/json': components['schemas']['OperatorKey'];
      };
    };
    responses: {
      /** @description It was made. */
      201: {
        headers: {
          /** @description the version of what is shown */
          ETag?: string;
          /** @description the path of what was made */
          Location?: string;
          /** @description `true` where an earlier answer is repeated */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "payload": "{\"installation\":\"etis\"}",
           *       "keyId": "7d5f2b9c41e0a86391b7c2d4e5f60718",
           *       "signature": "c2lnbmF0dXJl"
           *     }
           */
          'application/json': components['schemas']['Signed'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      409: components['responses']['Problem409'];
      412: components['responses']['Problem412'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  revokeKey: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path: {
        /**
         * @description from the SHA-256 of the public key
         * @example 7d5f2b9c41e0a86391b7c2d4e5f60718
         */
        key: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "reason": "The machine that held it was sold."
         *     }
         */
        'application/json': components['schemas']['KeyRevocation'];
      };
    };
    responses: {
      /** @description It counts no more. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      409: components['responses']['Problem409'];
      412: components['responses']['Problem412'];
      413: components['responses']['Problem413'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  listAudit: {
    parameters: {
      query?: {
        /**
         * @description how many at most; 50 by default
         * @example 20
         */
        limit?: number;
        /** @description the `next` of the page before */
        cursor?: string;
        /**
         * @description the id of a tenant
         * @example arbor-construction
         */
        tenant?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "chain": "tenant/arbor-construction",
           *           "number": 12,
           *           "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
           *           "previous": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
           *           "domain": "control",
           *           "row": "019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71",
           *           "tenant": "arbor-construction",
           *           "actor": {
           *             "kind": "operator",
           *             "id": "local"
           *           },
           *           "action": "tenant.suspend",
           *           "target": "tenant/arbor-construction",
           *           "reason": "They asked for it.",
           *           "at": "2026-11-02T09:30:00.041207Z",
           *           "sealedAt": "2026-11-02T09:30:00.412Z",
           *           "erased": false
           *         }
           *       ],
           *       "next": null
           *     }
           */
          'application/json': {
            items: components['schemas']['SealedEntry'][];
            /** @description the cursor of the next page; null on the last */
            next: string | null;
          };
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      503: components['responses']['Problem503'];
    };
  };
  verifyAudit: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1 to 255 visible ASCII characters; the same request with it is done once in 24 hours */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          /** @description `true` where an earlier answer is repeated */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a72",
           *       "state": "done",
           *       "startedAt": "2026-11-02T09:31:00.000Z",
           *       "total": 1204,
           *       "chains": 4,
           *       "entries": 1204,
           *       "rows": 1204,
           *       "checkpoints": 311,
           *       "unsealed": {
           *         "rows": 1,
           *         "oldestMs": 210
           *       },
           *       "findings": [
           *         {
           *           "chain": "tenant/arbor-construction",
           *           "number": 12,
           *           "kind": "source-changed",
           *           "detail": "It was made of row 019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71 of \"control\", which says something else now."
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['AuditVerification'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      409: components['responses']['Problem409'];
      422: components['responses']['Problem422'];
      503: components['responses']['Problem503'];
    };
  };
  getAuditVerification: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @example 019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a72 */
        verification: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a72",
           *       "state": "done",
           *       "startedAt": "2026-11-02T09:31:00.000Z",
           *       "total": 1204,
           *       "chains": 4,
           *       "entries": 1204,
           *       "rows": 1204,
           *       "checkpoints": 311,
           *       "unsealed": {
           *         "rows": 1,
           *         "oldestMs": 210
           *       },
           *       "findings": [
           *         {
           *           "chain": "tenant/arbor-construction",
           *           "number": 12,
           *           "kind": "source-changed",
           *           "detail": "It was made of row 019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71 of \"control\", which says something else now."
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['AuditVerification'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      404: components['responses']['Problem404'];
      503: components['responses']['Problem503'];
    };
  };
  getLoad: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "subscribers": [
           *         {
           *           "subscriber": "cluster.nudge-standard.node-1",
           *           "since": "2026-11-02T09:30:00.000Z",
           *           "at": "2026-11-02T09:30:05.000Z",
           *           "process": {
           *             "cpu": 0.4,
           *             "rssBytes": 142000000,
           *             "heapBytes": 61000000,
           *             "eventLoopDelayMs": 3.1
           *           },
           *           "queues": [
           *             {
           *               "queue": "lanes/nudge-standard",
           *               "tenant": "arbor-construction",
           *               "depth": 12,
           *               "oldestMs": 180
           *             }
           *           ],
           *           "work": [
           *             {
           *               "work": "handler/nudge",
           *               "tenant": "arbor-construction",
           *               "done": 240,
           *               "failed": 1,
           *               "busyMs": 1310.5,
           *               "durations": {
           *                 "count": 241,
           *                 "p50": 4.2,
           *                 "p95": 11.3,
           *                 "p99": 19.8,
           *                 "max": 31.4
           *               }
           *             }
           *           ],
           *           "byTenant": [
           *             {
           *               "tenant": "arbor-construction",
           *               "share": 1
           *             }
           *           ]
           *         }
           *       ]
           *     }
           */
          'application/json': {
            subscribers: components['schemas']['SubscriberLoad'][];
          };
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      503: components['responses']['Problem503'];
    };
  };
  getLoadHistory: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "minutes": [
           *         {
           *           "minute": "2026-11-02T09:30:00.000Z",
           *           "work": "handler/nudge",
           *           "done": 2880,
           *           "failed": 1
           *         }
           *       ]
           *     }
           */
          'application/json': {
            minutes: components['schemas']['WorkMinute'][];
          };
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      503: components['responses']['Problem503'];
    };
  };
  showAlerts: {
    parameters: {
      query?: {
        /**
         * @description how many at most; 50 by default
         * @example 20
         */
        limit?: number;
        /**
         * @description only what is wrong now; true by default
         * @example true
         */
        open?: boolean;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was done as asked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "alerts": [
           *         {
           *           "id": "019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71",
           *           "rule": "queue-age",
           *           "subject": "inbox",
           *           "severity": "warning",
           *           "text": "inbox: the oldest waits for 61 s",
           *           "raisedAt": "2026-11-02T09:30:05.000Z",
           *           "clearedAt": null
           *         }
           *       ]
           *     }
           */
          'application/json': {
            alerts: components['schemas']['Alert'][];
          };
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      503: components['responses']['Problem503'];
    };
  };
}
