/// Finds the name that was probably meant.
enum Spelling {
    /// `; did you mean NAME?`, or nothing when no name is near.
    static func suggestion(for word: String, among names: [String]) -> String {
        // Longer words than any name cannot be near, and would cost time that grows with their length.
        guard word.utf8.count <= 64 else { return "" }
        let nearest = names.map { (name: $0, distance: distance(Array(word.utf8), Array($0.utf8))) }
            .min { $0.distance < $1.distance }
        guard let nearest, nearest.distance <= max(1, word.utf8.count / 4) else { return "" }
        return "; did you mean \(nearest.name)?"
    }

    /// How many bytes must be inserted, removed, replaced or swapped with their neighbour to make one word the other
    /// (optimal string alignment).
    private static func distance(_ first: [UInt8], _ second: [UInt8]) -> Int {
        var rows = [Array(0...second.count)]
        for (i, left) in first.enumerated() {
            var row = [i + 1]
            for (j, right) in second.enumerated() {
                var best = min(rows[i][j] + (left == right ? 0 : 1), rows[i][j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, left == second[j - 1], right == first[i - 1] {
                    best = min(best, rows[i - 1][j - 1] + 1)
                }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[first.count][second.count]
    }
}
