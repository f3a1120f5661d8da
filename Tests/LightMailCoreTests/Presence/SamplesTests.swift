// What daemons say that they did, and what the store held: added up by kind, and forgotten in time.

import Testing

@testable import LightMailCore

@Suite(.timeLimit(.minutes(3))) struct SamplesTests {
    private func daemon(_ id: String, _ kind: String) -> DaemonRecord {
        DaemonRecord(id: id, kind: kind, host: "host", pid: 7, version: "1", startedAt: 1_700_000_000, connections: 3)
    }

    @Test func daemonsOfAKindAreAddedUp() async throws {
        try await StoreBench.run { bench in
            let presence = bench.store.presence
            func tell(_ id: String, _ kind: String, _ sample: DaemonSample) async throws {
                _ = try await presence.tell(daemon(id, kind), beat: 10, sample: sample, began: [], ended: [])
            }
            let first = Int64(1_800_000_000)
            let trips = try await bench.roundTrips {
                try await tell(
                    "a", "imapd", DaemonSample(takenAt: first, connections: 1, operations: 1, microseconds: 9, slow: 9))
            }
            #expect(trips == 1)
            // What has come to it since stands in its place.
            try await tell(
                "a", "imapd", DaemonSample(takenAt: first, connections: 4, operations: 10, microseconds: 90, slow: 11))
            try await tell(
                "b", "imapd", DaemonSample(takenAt: first, connections: 2, operations: 5, microseconds: 10, slow: 20))
            try await tell(
                "b", "imapd",
                DaemonSample(takenAt: first + Samples.step, connections: 2, operations: 0, microseconds: 0, slow: 0))
            try await tell(
                "c", "lmtpd", DaemonSample(takenAt: first, connections: 0, operations: 7, microseconds: 70, slow: 30))
            let samples = bench.store.samples
            #expect(
                try await samples.daemons(since: first) == [
                    KindSamples(
                        kind: "imapd",
                        samples: [
                            DaemonSample(takenAt: first, connections: 6, operations: 15, microseconds: 100, slow: 20),
                            DaemonSample(
                                takenAt: first + Samples.step, connections: 2, operations: 0, microseconds: 0, slow: 0),
                        ]),
                    KindSamples(
                        kind: "lmtpd",
                        samples: [
                            DaemonSample(takenAt: first, connections: 0, operations: 7, microseconds: 70, slow: 30)
                        ]),
                ])
            #expect(try await samples.daemons(since: first + 1).map(\.kind) == ["imapd"])
        }
    }

    @Test func theStoreIsSampledOnceInFiveMinutes() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            try await bench.deliver(to: account)
            func samples(_ seconds: UInt64) -> Samples {
                Samples(database: bench.store.database, now: { seconds * 1000 })
            }
            try await samples(1_800_000_001).takeOfStore()
            try await bench.deliver(to: account)
            try await samples(1_800_000_299).takeOfStore()
            try await samples(1_800_000_300).takeOfStore()
            let held = try await bench.store.samples.store(since: 1_800_000_000)
            #expect(held.map(\.takenAt) == [1_800_000_000, 1_800_000_300])
            #expect(held.map(\.messages) == [1, 2])
            #expect(held[0].bytes > 0 && held[1].bytes == 2 * held[0].bytes)
            #expect(held.allSatisfy { $0.garbageObjects == 0 && $0.garbageBytes == 0 })
        }
    }

    @Test func theCollectorTakesASampleAndForgetsOldOnes() async throws {
        try await StoreBench.run { bench in
            let old = DaemonSample(takenAt: 1_700_000_100, connections: 1, operations: 1, microseconds: 1, slow: 1)
            _ = try await bench.store.presence.tell(daemon("a", "imapd"), beat: 10, sample: old, began: [], ended: [])
            try await Samples(database: bench.store.database, now: { 1_700_000_100_000 }).takeOfStore()
            #expect(try await bench.count("daemon_samples") == 1)
            try await bench.collect(bench.collector())
            #expect(try await bench.count("daemon_samples") == 0)
            #expect(try await bench.count("store_samples") == 1)
            #expect(try await bench.store.samples.store(since: 1_700_000_000).allSatisfy { $0.takenAt > 1_700_000_100 })
        }
    }
}
