"""Albums: does a review find the album it is about by sound, among albums and artists nobody trained on?"""
