// lightmail-apid: the administrator's HTTP interface.

import AdminServer
import LightMailDaemon

await Daemon.run(.apid) { context in
    try await AdminAPI.start(in: context)
}
