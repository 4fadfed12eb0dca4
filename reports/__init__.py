"""Floor 3: records turned into bytes: workbooks, sentences, sound."""
