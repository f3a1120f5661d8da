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

    /// How many bytes must be inserted, removed or replaced to make one word the other (Levenshtein).
    private static func distance(_ first: [UInt8], _ second: [UInt8]) -> Int {
        var row = Array(0...second.count)
        for (i, left) in first.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, right) in second.enumerated() {
                let replaced = diagonal + (left == right ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
            }
        }
        return row[second.count]
    }
}
