#(define md-port (open-output-file "boxes"))
#(define (md-box print tag)
  (lambda (grob)
    (let ((stencil (print grob))
          (cause (event-cause grob)))
      (if (and (ly:stencil? stencil) cause)
        (ly:stencil-add stencil
          (ly:make-stencil
            (list 'delay-stencil-evaluation
              (delay
                (let ((system (ly:grob-system grob))
                      (place (ly:input-file-line-char-column (ly:event-property cause 'origin))))
                  (define (both of axis)
                    (let ((extent (ly:grob-extent of system axis))) (list (car extent) (cdr extent))))
                  (format md-port "~a ~a ~a ~{~a ~}\n" tag (cadr place) (caddr place)
                    (append (both grob X) (both grob Y) (both system X) (both system Y)))
                  empty-stencil)))
            empty-interval empty-interval))
        stencil))))
\layout {
  \context { \Voice \override NoteHead.stencil = #(md-box ly:note-head::print "head") }
  \context { \Lyrics \override LyricText.stencil = #(md-box ly:text-interface::print "syllable") }
}
