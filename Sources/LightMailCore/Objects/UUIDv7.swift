// Names of objects that sort by the time they were made (RFC 9562 5.7), so that a sweep can list from where it stopped.

import Glibc
import Synchronization

/// A version 7 UUID (RFC 9562 5.7).
package struct UUIDv7: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// 48 bits of time, 4 of version, 12 of counter.
    package let high: UInt64
    /// 2 bits of variant, 62 at random.
    package let low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads the canonical form, `018f3c1e-7b2a-7c3d-8e4f-0123456789ab`, in either case. Nil for any other text, and for
    /// UUIDs of another version or variant.
    package init?(_ text: some StringProtocol) {
        var digits: [UInt64] = []
        for (index, byte) in text.utf8.enumerated() {
            if [8, 13, 18, 23].contains(index) {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digits.append(UInt64(byte - UInt8(ascii: "0")))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digits.append(UInt64(byte - UInt8(ascii: "a") + 10))
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digits.append(UInt64(byte - UInt8(ascii: "A") + 10))
            default: return nil
            }
            guard digits.count <= 32 else { return nil }
        }
        guard digits.count == 32, digits[12] == 7, digits[16] & 0b1100 == 0b1000 else { return nil }
        high = digits[..<16].reduce(0) { $0 << 4 | $1 }
        low = digits[16...].reduce(0) { $0 << 4 | $1 }
    }

    /// When it was made: milliseconds since 1970.
    package var milliseconds: UInt64 { high >> 16 }

    package var description: String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for index in 0..<32 {
            if [8, 12, 16, 20].contains(index) { text.append(UInt8(ascii: "-")) }
            let word = index < 16 ? high : low
            text.append(digits[Int(word >> UInt64(60 - index % 16 * 4) & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    package static func < (left: Self, right: Self) -> Bool { (left.high, left.low) < (right.high, right.low) }
}

/// Makes version 7 UUIDs, each greater than the one before it, whatever the clock does (RFC 9562 6.2, method 1).
package final class UUIDv7Generator: Sendable {
    private struct State {
        var milliseconds: UInt64 = 0
        var counter: UInt64 = 0
    }

    private let state = Mutex(State())
    private let clock: @Sendable () -> UInt64
    private let random: @Sendable () -> UInt64

    /// - Parameters:
    ///   - clock: milliseconds since 1970.
    ///   - random: 64 bits that nobody can guess.
    package init(
        clock: @escaping @Sendable () -> UInt64 = UUIDv7Generator.wallClock,
        random: @escaping @Sendable () -> UInt64 = { .random(in: .min ... .max) }
    ) {
        self.clock = clock
        self.random = random
    }

    /// Milliseconds since 1970, of the system's clock.
    package static let wallClock: @Sendable () -> UInt64 = {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return UInt64(max(0, now.tv_sec)) * 1000 + UInt64(now.tv_nsec) / 1_000_000
    }

    package func next() -> UUIDv7 {
        let now = clock() & 0xFFFF_FFFF_FFFF
        let seed = random()
        let (milliseconds, counter) = state.withLock { state in
            if now > state.milliseconds {
                // The counter begins in its lower half, so that a burst within one millisecond has room.
                state = State(milliseconds: now, counter: seed & 0x7FF)
            } else if state.counter < 0xFFF {
                state.counter += 1
            } else {
                // More than the counter holds, or a clock set back: borrow from the future.
                state = State(milliseconds: state.milliseconds + 1, counter: seed & 0x7FF)
            }
            return (state.milliseconds, state.counter)
        }
        return UUIDv7(high: milliseconds << 16 | 7 << 12 | counter, low: 0b10 << 62 | random() >> 2)
    }
}
