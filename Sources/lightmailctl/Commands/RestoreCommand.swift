import ArgumentParser
import LightMailCore
import MailMigration

/// Makes an account of a backup.
struct RestoreCommand: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Make an account of a file that backup has written.",
        discussion: """
            The file is read and compared with its checksum first; one that is damaged changes nothing. The account must not be there, \
            and its domain must. UIDs and UIDVALIDITY are those of the backup, so that clients read nothing again; UIDNEXT and \
            the mod-sequence go on some way above it, as numbers may have been given out since. Until all is there the account can \
            neither log in nor receive; a restore that was cut off is begun anew by the next.

            Examples:
              lightmailctl restore /srv/backup/user.tar
              lightmailctl restore /srv/backup/user.tar other@example.com
              lightmailctl restore --check /srv/backup/user.tar
            """)

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl
    @Argument(help: "The file.", completion: .file()) var path: String
    @Argument(help: "What the account is to be called. (default: what it was called)") var address: String?
    @Flag(help: "Compare the file with its checksum, and make nothing.") var check = false

    func run(on store: Store) async throws -> Report {
        let file = try BackupFile(path: path)
        let progress = Progress("restoring")
        defer { progress.clear() }
        if check {
            let report = try file.verify { done, total in progress.show("(checksum)", done, of: total) }
            return Report([report.line("whole:")], report)
        }
        let restore = Restore(store: store) {
            progress.note($0)
        } progress: { path, done, total in
            progress.show(path.description, done, of: total)
        }
        let report = try await restore.run(file, as: try address.map { try EmailAddress($0) })
        return Report([report.line("restored")], report)
    }
}
