// SASL: every mechanism, fed with lines.

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
    var exchange = Exchange(mechanism)
    do throws(ExchangeError) {
        var step = try exchange.start()
        for line in lines {
            guard case .challenge = step else { return }
            step = try exchange.receive(raw ? Array(line) : Array(Base64.encode(Array(line)).utf8))
        }
    } catch {
        // Refused, which is an end like any other.
    }
}
