// lightmail-imapd: mailboxes over IMAP.

import IMAPServer
import LightMailDaemon

await Daemon.run(.imapd) { context in
    try await IMAPService.start(in: context)
}
