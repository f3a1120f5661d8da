// micro [ROW COUNT]: does a row's work COUNT times, for valgrind to count; alone it says which rows there are.

import Glibc

let arguments = CommandLine.arguments
guard arguments.count == 3, let count = Int(arguments[2]) else {
    for row in Row.all { print(row.name) }
    exit(arguments.count == 1 ? 0 : 64)
}
guard let row = Row.all.first(where: { $0.name == arguments[1] }) else { exit(64) }
let work = try row.prepare()
for _ in 0..<count { try work() }
