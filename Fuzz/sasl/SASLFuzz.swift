// SASL: every mechanism, fed with lines. What the account store would say is said here.

import SASL

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    let lines = input.split(separator: 0x0A, maxSplits: 8, omittingEmptySubsequences: false)
    for mechanism in Mechanism.allCases {
        converse(mechanism, lines, raw: true)
        converse(mechanism, lines, raw: false)
    }
    return 0
}

/// - Parameter raw: whether the lines are Base64 already.
private func converse(_ mechanism: Mechanism, _ lines: [ArraySlice<UInt8>], raw: Bool) {
    var exchange = Exchange(mechanism, nonce: "nonce")
    do throws(ExchangeError) {
        var step = try exchange.start()
        for line in lines {
            if case .salt = step { step = exchange.salted(Array(1...16), iterations: 4096) }
            guard case .challenge = step else { break }
            step = try exchange.receive(raw ? Array(line) : Array(Base64.encode(Array(line)).utf8))
        }
        guard case .evidence = step else { return }
        _ = exchange.accept(signature: Array(repeating: 0, count: 32))
        _ = exchange.refuse(tokenError: "{}")
    } catch {
        // Refused, which is an end like any other.
    }
}
