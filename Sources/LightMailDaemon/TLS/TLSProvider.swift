import LightMailCore
import NIOCore
import NIOSSL

/// A certificate chain and its key, read from files and read again on demand. TLS 1.2 and later (RFC 8314, RFC 8996).
///
/// A connection keeps the certificate it began with; the next one gets what was loaded last.
package final class TLSProvider: Sendable {
    private let loaded: Adjustable<NIOSSLContext>

    /// - Parameters:
    ///   - certificate: File with the chain in PEM, the server's own certificate first.
    ///   - key: File with the private key in PEM.
    /// - Throws: `TLSError` when a file cannot be read, or the two do not belong together.
    package init(certificate: String, key: String) throws(TLSError) {
        loaded = Adjustable(try TLSProvider.load(certificate: certificate, key: key))
    }

    /// Reads the files again, or others. When that fails the certificate in use stays.
    package func reload(certificate: String, key: String) throws(TLSError) {
        loaded.change(to: try TLSProvider.load(certificate: certificate, key: key))
    }

    package var context: NIOSSLContext {
        loaded.current
    }

    /// A handler for one connection: first in the pipeline for implicit TLS, and put first at STARTTLS, once the
    /// protocol has dropped what it received in clear after the command.
    package func makeHandler() -> NIOSSLServerHandler {
        NIOSSLServerHandler(context: context)
    }

    private static func load(certificate: String, key: String) throws(TLSError) -> NIOSSLContext {
        let chain: [NIOSSLCertificate]
        do {
            chain = try NIOSSLCertificate.fromPEMFile(certificate)
        } catch {
            throw TLSError(path: certificate, message: "no certificate in PEM could be read from it")
        }
        guard !chain.isEmpty else { throw TLSError(path: certificate, message: "it holds no certificate") }
        let privateKey: NIOSSLPrivateKey
        do {
            privateKey = try NIOSSLPrivateKey(file: key, format: .pem)
        } catch {
            throw TLSError(path: key, message: "no private key in PEM could be read from it")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(privateKey))
        configuration.minimumTLSVersion = .tlsv12
        configuration.shutdownTimeout = .seconds(3)
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw TLSError(path: key, message: "the key does not belong to the certificate in \(certificate)")
        }
    }
}

/// A certificate or key could not be used.
package struct TLSError: Error, Sendable, CustomStringConvertible {
    package let path: String
    package let message: String

    package init(path: String, message: String) {
        self.path = path
        self.message = message
    }

    package var description: String {
        "\(path): \(message)"
    }
}
