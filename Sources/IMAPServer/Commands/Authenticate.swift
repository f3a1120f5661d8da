import IMAPSyntax
import SASL

extension Session {
    /// RFC 9051 6.2.2, RFC 4959
    mutating func authenticate(
        _ tag: String, _ name: String, _ initial: IMAPSyntax.Secret?, _ ending: inout Ending
    ) async throws -> Completion {
        guard let mechanism = Mechanism(named: name), capabilities.contains("AUTH=\(mechanism.rawValue)") else {
            try requirePrivacy()
            throw CommandFailure.no("No such mechanism", .cannot)
        }
        var exchange = Exchange(mechanism)
        let text = initial.map { $0.bytes.isEmpty ? Array("=".utf8) : Array(Base64.encode($0.bytes).utf8) }
        return try await step(tag, exchange, &ending) { _ throws(ExchangeError) in
            let step = try exchange.start(initialResponse: text)
            return (step, exchange)
        }
    }

    /// The client's answer to a challenge.
    mutating func continueAuthentication(
        _ tag: String, _ exchange: Exchange, _ line: [UInt8], _ ending: inout Ending
    ) async throws -> Completion {
        dialogue = nil
        return try await step(tag, exchange, &ending) { exchange throws(ExchangeError) in
            var exchange = exchange
            let step = try exchange.receive(line)
            return (step, exchange)
        }
    }

    private mutating func step(
        _ tag: String, _ exchange: Exchange, _ ending: inout Ending,
        _ body: (Exchange) throws(ExchangeError) -> (Exchange.Step, Exchange)
    ) async throws -> Completion {
        let next: (step: Exchange.Step, exchange: Exchange)
        do throws(ExchangeError) {
            next = try body(exchange)
        } catch {
            throw Self.failure(error)
        }
        switch next.step {
        case .challenge(let text):
            out.appendVerbatim(Array("+ \(text)\r\n".utf8))
            dialogue = .authenticate(tag: tag, next.exchange)
            return .ok(ResponseText("Go on"))
        case .evidence(.password(let evidence)):
            // There is nobody who may act for another.
            if let wanted = evidence.authorizationIdentity, wanted != evidence.authenticationIdentity {
                throw CommandFailure.no("You may act for yourself only", .authorizationFailed)
            }
            let password = evidence.password.withBytes { $0 }
            return try await logIn(as: evidence.authenticationIdentity, password, &ending)
        }
    }

    private static func failure(_ error: ExchangeError) -> CommandFailure {
        switch error {
        case .cancelled: .bad("Authentication cancelled")
        case .badEncoding: .bad("Not base64")
        case .badResponse(let why): .bad("Bad response: \(why)")
        }
    }
}
