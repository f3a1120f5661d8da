import Hummingbird
import LightMailDaemon
import Logging

/// What a request brings beside itself: the connection that it came over.
struct AdminContext: RequestContext {
    struct Source: RequestContextSource {
        let connection: ConnectionInfo
        let logger: Logger
    }

    var coreContext: CoreRequestContextStorage
    let connection: ConnectionInfo

    init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
        connection = source.connection
    }

    /// The address that limits are counted by.
    var client: IPAddress? { connection.clientAddress }
}
