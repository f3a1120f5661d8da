import LightMailDaemon
import POP3Syntax
import SASL

extension Session {
    /// RFC 5034 4
    mutating func authenticate(_ command: AuthCommand, _ ending: inout Ending) async throws -> Reply? {
        try requirePrivacy()
        user = nil
        guard let mechanism = Mechanism(named: command.mechanism), mechanisms.contains(mechanism) else {
            throw CommandFailure.error("No such mechanism")
        }
        let step: ClientLogin.Step
        do throws(ExchangeError) {
            step = try await clientLogin.begin(mechanism, initialResponse: command.initialResponse?.bytes)
        } catch {
            throw Self.failure(error)
        }
        return try await follow(step, &ending)
    }

    /// The client's answer to a challenge.
    mutating func continueAuthentication(_ line: Line, _ ending: inout Ending) async throws -> Reply? {
        isAwaitingLine = false
        guard case .bytes(let bytes) = line else { throw CommandFailure.error("Line too long") }
        let step: ClientLogin.Step
        do throws(ExchangeError) {
            step = try await clientLogin.resume(bytes)
        } catch {
            throw Self.failure(error)
        }
        return try await follow(step, &ending)
    }

    private mutating func follow(_ step: ClientLogin.Step, _ ending: inout Ending) async throws -> Reply? {
        switch step {
        case .challenge(let text):
            out += Array("+ \(text)\r\n".utf8)
            isAwaitingLine = true
            return nil
        case .outcome(let outcome):
            return try await conclude(outcome, &ending)
        }
    }

    private static func failure(_ error: ExchangeError) -> CommandFailure {
        switch error {
        case .cancelled: .error("Authentication cancelled")
        case .badEncoding: .error("Not base64")
        case .badResponse(let why): .error("Bad response: \(why)")
        }
    }
}
