// lightmail-gcd: frees for good what was deleted, and what nothing refers to.

import LightMailCore
import LightMailDaemon

await Daemon.run(.gcd) { context in
    let section = context.configuration.garbage
    let garbage = Garbage(
        database: context.store.database, objects: context.store.objects, policy: GarbagePolicy(context.configuration),
        logger: context.logger)
    context.metrics.collect { collection in
        for (name, count) in garbage.totals.counts {
            collection.counter(
                "lightmail_garbage_collected_total", "What the collector removed, by what it was.", UInt64(count),
                ["kind": name])
        }
    }
    context.metrics.collect { collection in
        guard let backlog = garbage.backlog else { return }
        collection.gauge(
            "lightmail_garbage_backlog_objects", "Objects that wait to be deleted.", Double(backlog.objects))
        collection.gauge(
            "lightmail_garbage_backlog_age_seconds", "How long the first of them has waited.", Double(backlog.oldest))
    }
    context.postWebhooks()
    context.runInBackground("garbage") { try await garbage.run(pause: section.pauseTime, idle: section.idleTime) }
}
