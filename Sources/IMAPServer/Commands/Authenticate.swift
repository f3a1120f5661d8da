import IMAPSyntax
import LightMailDaemon
import SASL

extension Session {
    /// RFC 9051 6.2.2, RFC 4959
    mutating func authenticate(
        _ tag: String, _ name: String, _ initial: IMAPSyntax.Secret?, _ ending: inout Ending
    ) async throws -> Completion {
        guard let mechanism = Mechanism(named: name), capabilities.contains("AUTH=\(mechanism.rawValue)") else {
            try requirePrivacy()
            // RFC 7628 4: a token is asked for over TLS.
            if let mechanism = Mechanism(named: name), !isSecure,
                service.authenticator.mechanisms(isSecure: true).contains(mechanism)
            {
                throw CommandFailure.no("Begin TLS first", .privacyRequired)
            }
            throw CommandFailure.no("No such mechanism", .cannot)
        }
        let text = initial.map { $0.bytes.isEmpty ? Array("=".utf8) : Array(Base64.encode($0.bytes).utf8) }
        do throws(ExchangeError) {
            return follow(try await clientLogin.begin(mechanism, initialResponse: text), tag, &ending)
        } catch {
            throw Self.failure(error)
        }
    }

    /// The client's answer to a challenge.
    mutating func continueAuthentication(
        _ tag: String, _ line: [UInt8], _ ending: inout Ending
    ) async throws -> Completion {
        dialogue = nil
        do throws(ExchangeError) {
            return follow(try await clientLogin.resume(line), tag, &ending)
        } catch {
            throw Self.failure(error)
        }
    }

    private mutating func follow(_ step: ClientLogin.Step, _ tag: String, _ ending: inout Ending) -> Completion {
        switch step {
        case .challenge(let text):
            out.appendVerbatim(Array("+ \(text)\r\n".utf8))
            dialogue = .authenticate(tag: tag)
            return .ok(ResponseText("Go on"))
        case .outcome(let outcome):
            return conclude(outcome, &ending)
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
