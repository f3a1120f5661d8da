extension Configuration {
    /// The text of config.ini.example: every key at its default, commented out, under a line on what it does.
    package static var example: String {
        let defaults = Configuration()
        let head = """
            # LightMail: every key there is, with its default and what it does.
            #
            # Copy this file to /etc/lightmail/config.ini and take the # away from what you change. Comments begin with
            # # or ; on a line of their own or after a blank. A value that holds # or ; stands in double quotes, where
            # \\" and \\\\ stand for " and \\, or in single quotes, where nothing is special.
            #
            # The environment overrides a key: LIGHTMAIL_DATABASE_HOST is host in [database]. A secret can stand in a
            # file of its own: password_file = /run/secrets/db. A name without a slash, and a credential of systemd
            # called SECTION.KEY (database.password), are looked for in $CREDENTIALS_DIRECTORY.
            #
            # What is marked (SIGHUP) is read again when a daemon gets that signal, which systemctl reload sends; the
            # rest at its start. Sessions that are open stay, and go on under the new limits.

            """
        let sections = table.map { section in
            let keys = section.keys.map { key in
                let value = key.isSecret ? "" : key.write(defaults)
                let line = "#\(key.name) = \(value)".trimmedAtEnd
                let help = key.isReread ? "\(key.help) (SIGHUP)" : key.help
                return "# \(help)\n" + (key.isSecret ? line + "\n#\(key.name)_file =" : line)
            }
            return "# \(section.purpose)\n[\(section.name)]\n" + keys.joined(separator: "\n") + "\n"
        }
        return ([head] + sections).joined(separator: "\n")
    }
}

extension String {
    /// Without the blanks that an empty value leaves at the end of its line.
    var trimmedAtEnd: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
