// lightmail-apid: the administrator's HTTP interface, and CalDAV for everybody else.

import AdminServer
import DAVServer
import LightMailDaemon

await Daemon.run(.apid) { context in
    try await AdminAPI.start(in: context)
    try await CalDAV.start(in: context)
}
